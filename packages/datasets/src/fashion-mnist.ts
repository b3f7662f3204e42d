import { expectKeys, GanzooError } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import { expectSplit } from './files.ts';
import { readMnistLike } from './idx-files.ts';

const SCOPE = 'datasets/fashionMnist';
const SOURCE = 'https://github.com/zalandoresearch/fashion-mnist';

/** Options of {@link fashionMnist}. */
export interface FashionMnistOptions {
  /**
   * The folder of the four files of https://github.com/zalandoresearch/fashion-mnist, plain or `.gz`, whose names are MNIST's:
   * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`.
   */
  readonly dir: string;
  /** 60,000 training images or 10,000 test images. `'train'` unless told. */
  readonly split?: 'train' | 'test';
}

/**
 * Fashion-MNIST, pictures of clothes (Xiao et al. 2017, https://arxiv.org/abs/1708.07747): samples `[28, 28, 1]` in [-1, 1]
 * (background -1), labels 0 to 9: T-shirt or top, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.
 * Stays in memory as bytes. Nothing in the files tells them from MNIST's.
 *
 * @throws GanzooError without a `dir`, and when the files are not found, corrupt, or of another form
 */
export async function fashionMnist(options: FashionMnistOptions): Promise<Dataset> {
  expectKeys(SCOPE, options ?? {}, ['dir', 'split']);
  const { dir, split = 'train' } = options ?? {};
  expectSplit(SCOPE, split);
  if (typeof dir !== 'string' || dir === '') {
    throw new GanzooError(
      SCOPE,
      `it comes with no package: get the four files train-images-idx3-ubyte.gz and so on from ${SOURCE} and pass { dir } with their folder.`,
    );
  }
  return readMnistLike('fashion-mnist', dir, split, `Get the file from ${SOURCE} and put it there, or pass another dir.`);
}
