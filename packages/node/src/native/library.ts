import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

/** TensorFlow's C library, as its Python wheels carry it. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The headers it needs, and what these include: 5 of 268 MB. */
export const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tensorflow/core/public/', 'tsl/', 'xla/tsl/'] as const;

/** A library to compile the binding against. */
export interface Library {
  /** It holds the {@link LIBRARIES} and `include`. */
  readonly folder: string;
  readonly isGpu: boolean;
  /** The CUDA libraries that came with it, by path. */
  readonly cuda: readonly string[];
}

/** What TensorFlow looks for by these names when it starts; each brings its own parts. */
const CUDA = /^lib(cudart|cublas|cublasLt|cudnn|cufft|cupti|curand|cusolver|cusparse|nccl|nvJitLink)\.so\.\d+$/;

/**
 * The library in that folder.
 *
 * @param nvidia where the folders of CUDA's Python packages are
 */
export async function libraryIn(folder: string, nvidia: string, isGpu: boolean): Promise<Library> {
  return { folder, isGpu, cuda: isGpu ? await cudaIn(nvidia) : [] };
}

async function cudaIn(nvidia: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(nvidia).catch(() => [])) {
    const folder = join(nvidia, name, 'lib');
    for (const file of await readdir(folder).catch(() => [])) if (CUDA.test(file)) found.push(join(folder, file));
  }
  return found.sort();
}

/**
 * The library in a folder its user names: that of an installed Python package `tensorflow`, or the one it lies in. It
 * stays where it is.
 *
 * @throws Refusal when it is not there
 */
export async function libraryFrom(path: string, isGpu: boolean): Promise<Library> {
  for (const folder of [path, join(path, 'tensorflow')]) {
    const missing = [...LIBRARIES, 'include/tensorflow/c/c_api.h'].filter((name) => sizeOf(join(folder, name)) === undefined);
    if (missing.length === 0) return libraryIn(folder, join(folder, '..', 'nvidia'), isGpu);
  }
  throw new Refusal(
    `${path} is no folder of TensorFlow: expected ${LIBRARIES.join(', ')} and include in it, or in its folder 'tensorflow'. ` +
      "Give a wheel, or the folder of the installed Python package: python3 -c 'import tensorflow; print(tensorflow.__path__[0])'.",
  );
}

/** The bytes of a file, or undefined where there is none. */
export function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}
