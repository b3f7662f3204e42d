import { hasItsLibrary, readStamp } from './binding.ts';
import { entriesOf } from './cache.ts';
import { findCompiler } from './compile.ts';
import { sizeOf } from './library.ts';
import { findPackage, PACKAGES } from './packages.ts';
import type { Say } from './programs.ts';
import { prove } from './prove.ts';
import { findPython } from './python.ts';
import { showBytes } from './room.ts';

/** Says what is there. @returns whether a package works */
export async function status(cache: string, say: Say): Promise<boolean> {
  let works = false;
  for (const name of PACKAGES) {
    const found = findPackage(name);
    if (!found) {
      say(`${name}: not installed`);
      continue;
    }
    const { root, version, binding } = found;
    say(`${name} ${version} in ${root}`);
    if (binding === undefined || sizeOf(binding) === undefined) {
      say("  no binding: run 'npx ganzoo-tensorflow install'");
      continue;
    }
    const stamp = await readStamp(binding);
    if (stamp) say(`  binding compiled for the library in ${stamp.library}${hasItsLibrary(stamp) ? '' : ', which is gone or damaged'}`);
    else say(`  binding of its own installation`);
    const proof = await prove(root);
    if (typeof proof === 'string') say(`  does not work: ${proof}. Run 'npx ganzoo-tensorflow install'`);
    else say(`  works: TensorFlow ${proof.version} on the ${proof.isGpu ? 'GPU' : 'CPU'}`);
    works ||= typeof proof !== 'string';
  }
  const entries = await entriesOf(cache);
  say(`cache ${cache}${entries.length === 0 ? ': empty' : ''}`);
  for (const { path, library, bytes } of entries) say(`  ${path.slice(cache.length + 1)}: ${showBytes(bytes)}, ${library ? 'complete' : 'not complete'}`);
  const [compiler, python] = await Promise.all([findCompiler(), findPython()]);
  say(`compiler: ${compiler ? compiler.version : 'none'}`);
  say(`Python: ${python ? `${python.version} ${python.pip ? 'with' : 'without'} pip` : 'none'}`);
  return works;
}
