import { statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { hasItsLibrary, placeBinding, readStamp, removeBinding } from './binding.ts';
import { addUser } from './cache.ts';
import { compileBinding } from './compile.ts';
import { installedPackages, type Installed } from './installed.ts';
import { libraryFrom, type Library } from './library.ts';
import type { Say } from './programs.ts';
import { prove, type Proof } from './prove.ts';
import { Refusal } from './refusal.ts';
import { cachedLibrary } from './unpack.ts';

export interface InstallOptions {
  /** A library for NVIDIA GPUs. */
  readonly gpu: boolean;
  /** A wheel, or a folder of TensorFlow. */
  readonly from: string | undefined;
  readonly cache: string;
}

/** Puts a current TensorFlow below every installed package that does not have it yet. */
export async function install(options: InstallOptions, say: Say): Promise<void> {
  const packages = installedPackages();
  let library: Library | undefined;
  for (const target of packages) {
    const there = await whatWorks(target, options);
    if (there) {
      say(`${target.name} has it already: ${describe(there, options.gpu)}. Nothing to do.`);
      continue;
    }
    library ??= await findLibrary(options, say);
    const made = await compileBinding(target, library, say);
    await placeBinding(made, target.binding, library);
    const proof = await prove(target.root);
    if (typeof proof === 'string') {
      await removeBinding(target.binding);
      throw new Refusal(
        `the new binding of ${target.name} was compiled, but does not work, and has been removed: ${proof}. Try another version of TensorFlow with --from.`,
      );
    }
    if (library.folder.startsWith(options.cache + sep)) await addUser(dirname(library.folder), target.binding);
    say(`${target.name} works: ${describe(proof, options.gpu)}. The library is in ${library.folder}.`);
  }
}

/** What it runs on, where that is what is asked for. */
async function whatWorks({ root, binding }: Installed, { gpu, from }: InstallOptions): Promise<Proof | undefined> {
  const stamp = await readStamp(binding);
  if (!stamp || stamp.isGpu !== gpu || !hasItsLibrary(stamp) || (from !== undefined && !isFrom(stamp.library, from))) return undefined;
  const proof = await prove(root);
  return typeof proof === 'string' ? undefined : proof;
}

function isFrom(library: string, from: string): boolean {
  const path = resolve(from);
  return [path, join(path, 'tensorflow')].includes(library) || basename(dirname(library)).endsWith(`-${basename(path, '.whl')}`);
}

async function findLibrary({ gpu, from, cache }: InstallOptions, say: Say): Promise<Library> {
  const found = from === undefined ? undefined : statSync(from, { throwIfNoEntry: false });
  if (from !== undefined && !found)
    throw new Refusal(`--from ${from}: there is no such file or folder. It takes a wheel of TensorFlow, or the folder of an installed one.`);
  if (from !== undefined && found?.isDirectory()) return libraryFrom(resolve(from), gpu);
  return cachedLibrary(cache, from, gpu, say);
}

function describe({ version, isGpu }: Proof, wantsGpu: boolean): string {
  const device = isGpu ? 'GPU' : 'CPU';
  const doubt = wantsGpu && !isGpu ? ', since it found no GPU (TF_CPP_MIN_LOG_LEVEL=0 makes it say why)' : '';
  return `TensorFlow ${version} on the ${device}${doubt}`;
}
