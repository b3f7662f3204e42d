import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { sweepTemporaries, temporaryOf } from '../temporaries.ts';
import { LIBRARIES, type Library } from './library.ts';
import { NODE_API, type NativePackage } from './packages.ts';
import { firstProgram, runProgram, step, type Say } from './programs.ts';
import { Refusal } from './refusal.ts';

const require = createRequire(import.meta.url);

const SOURCES = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];

export async function findCompiler(): Promise<{ file: string; version: string } | undefined> {
  const own = process.env['CXX'];
  const found = await firstProgram([...(own ? [own] : []), 'g++', 'clang++'], ['--version']);
  return found && { file: found.file, version: found.stdout.split('\n', 1)[0] as string };
}

/**
 * Compiles the package's own sources, as they are, against a library.
 *
 * @returns the path of the new binding, next to where it belongs
 * @throws Refusal when there is no compiler, or it fails
 */
export async function compileBinding({ name, root, binding }: NativePackage & { binding: string }, { folder, cuda }: Library, say: Say): Promise<string> {
  const compiler = await findCompiler();
  if (!compiler) {
    throw new Refusal(
      "found no C++ compiler, which the binding is compiled with: no g++ and no clang++ in PATH. Install one ('apt install g++'), or name yours in the environment variable CXX.",
    );
  }
  await makeDirectory(dirname(binding));
  await sweepTemporaries(dirname(binding));
  const made = temporaryOf(binding);
  const headers = (require('node-api-headers') as { include_dir: string }).include_dir;
  const runPaths = [...new Set([folder, ...cuda.map((path) => dirname(path))])].map((path) => `-Wl,-rpath,${path}`);
  // Linked, the libraries of CUDA are loaded from there before TensorFlow looks for them by name anywhere else.
  const linked = [...LIBRARIES.map((library) => join(folder, library)), ...(cuda.length > 0 ? ['-Wl,--no-as-needed', ...cuda] : [])];
  const { status, output } = await step(say, `compiling the binding of ${name} with ${compiler.version}`, () =>
    runProgram(
      compiler.file,
      ['-shared', '-fPIC', '-O2', '-std=c++17', `-DNAPI_VERSION=${NODE_API}`, `-I${headers}`, `-I${join(folder, 'include')}`, '-I.', ...SOURCES].concat(
        ['-o', made],
        linked,
        runPaths,
      ),
      root,
    ),
  );
  if (status === 0) return made;
  await rm(made, { force: true });
  const log = join(dirname(binding), 'compile.log');
  await writeFile(log, output);
  const error = output.split('\n').find((line) => /error|undefined reference|No such file/i.test(line));
  throw new Refusal(
    `${compiler.version} could not compile the binding of ${name}: ${(error ?? output).trim().slice(0, 300)}. All it said is in ${log}. ` +
      'It takes C++17 (g++ 9 or clang 10, or later), and a library for this machine.',
  );
}
