import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasItsLibrary, readStamp } from './native/binding.ts';
import { sizeOf } from './native/library.ts';
import { NODE_API, type NativePackage } from './native/packages.ts';
import { firstLine } from './native/refusal.ts';
import { isOutOfMemory, saidBy } from './reason.ts';

/**
 * Loads the binding alone first. The package registers its kernels before it loads it: after a failure they would stay,
 * and be in the way of the other package.
 *
 * @throws Error saying what is wrong with it, and what to run
 */
export async function expectBinding({ name, binding }: NativePackage, require: NodeJS.Require): Promise<void> {
  if (binding === undefined) return;
  const cure = `Run '${cureOf(name)}'`;
  if (sizeOf(binding) === undefined) throw new Error(`it has no binding, ${binding}: ${whyNone(binding)}. ${cure}`);
  const stamp = await readStamp(binding);
  if (stamp && !hasItsLibrary(stamp)) throw new Error(`the TensorFlow its binding was compiled for, in ${stamp.library}, is gone or damaged. ${cure}`);
  try {
    require(binding);
  } catch (error) {
    // It starts TensorFlow, which another binding would not help.
    if (isOutOfMemory(error)) throw error;
    throw new Error(`its binding does not load: ${whyUnloadable(error, binding)}. ${cure}`, { cause: error });
  }
}

/** The command that gives an installed package a binding that loads. */
function cureOf(name: NativePackage['name']): string {
  return process.platform === 'linux' ? 'npx ganzoo-tensorflow install' : `npm rebuild ${name}`;
}

/** The folder of a binding is named after the Node-API it was built for. */
function whyNone(binding: string): string {
  const [here, file] = [dirname(binding), basename(binding)];
  const others = namesIn(dirname(here)).filter((folder) => /^napi-v\d+$/.test(folder) && sizeOf(join(here, '..', folder, file)) !== undefined);
  if (others.length === 0) return 'its installation did not build or download it';
  return `it was installed by another Node, for Node-API ${others.map((folder) => folder.slice('napi-v'.length)).join(', ')}, and this Node takes the one for ${NODE_API}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function whyUnloadable(error: unknown, binding: string): string {
  const said = saidBy(error);
  const versions = [...said.matchAll(/NODE_MODULE_VERSION (\d+)/g)].map(([, version]) => version);
  if (versions.length === 2) return `it was built for another Node (module version ${versions[0]}; Node ${process.versions.node} has ${versions[1]})`;
  // The loader of Linux calls a library for another processor missing, though it is there.
  const isForeign = /: (invalid ELF header|wrong ELF class|file too short|cannot open shared object file)/.test(said) && said.startsWith(binding);
  return firstLine(said) + (isForeign ? ' (it was built for another system or processor, or is half a file)' : '');
}
