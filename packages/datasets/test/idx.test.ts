import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GanzooError } from '@ganzoo/core';
import { idxDataset, parseIdx } from '@ganzoo/datasets';
import { fashionMnist, mnist } from '@ganzoo/datasets/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

function idx(magic: number, dims: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  dims.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, 4 + 4 * dims.length);
  return bytes;
}

const labels = (values: readonly number[]): Uint8Array => idx(0x801, [values.length], values);
const images = (count: number, height = 28, width = 28): Uint8Array =>
  idx(
    0x803,
    [count, height, width],
    Array.from({ length: count * height * width }, (_, i) => i % 256),
  );

describe('parseIdx', () => {
  test('reads dimensions and values, also out of the middle of a buffer', () => {
    expect(parseIdx(labels([3, 1, 4]), 'l')).toEqual({ dims: [3], values: Uint8Array.of(3, 1, 4) });
    const padded = new Uint8Array(100);
    padded.set(idx(0x803, [2, 1, 3], [1, 2, 3, 4, 5, 6]), 7);
    expect(parseIdx(padded.subarray(7, 7 + 22), 'i')).toEqual({ dims: [2, 1, 3], values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  test('refuses a truncated file with the bytes expected and found', () => {
    expect(() => parseIdx(images(2).subarray(0, 1000), 'digits')).toThrow(/'digits' is truncated: expected 1584 bytes for 2 x 28 x 28 values, got 1000/);
    expect(() => parseIdx(images(2).subarray(0, 10), 'digits')).toThrow(/'digits' is truncated: expected a header of 16 bytes, got 10/);
    expect(() => parseIdx(new Uint8Array(), 'digits')).toThrow(/'digits' is truncated: .*got 0/);
  });

  test('refuses a file that is too long', () => {
    const long = new Uint8Array(12);
    long.set(labels([1, 2, 3]));
    expect(() => parseIdx(long, 'digits')).toThrow(/'digits' is too long: expected 11 bytes for 3 values, got 12/);
  });

  test('refuses other magic numbers, and knows gzip', () => {
    expect(() => parseIdx(idx(0x0d01, [1], [1]), 'floats')).toThrow(/'floats' starts with 0x00000d01; expected 0x00000801 \(labels\) or 0x00000803 \(images\)/);
    expect(() => parseIdx(gzipSync(labels([1])), 'packed')).toThrow(/'packed'.*gzip/);
    expect(() => parseIdx(new Uint8Array(8), 'zeros')).toThrow(GanzooError);
  });
});

describe('idxDataset', () => {
  const pair = (i: Uint8Array, l: Uint8Array) => ({ name: 'set', images: { name: 'i', bytes: i }, labels: { name: 'l', bytes: l } });

  test('has the shape of the file', () => {
    expect(idxDataset(pair(images(3, 4, 5), labels([0, 255, 2])))).toMatchObject({ name: 'set', size: 3, sampleShape: [4, 5, 1], range: [-1, 1] });
  });

  test('refuses files that do not belong together, wrong labels and wrong sizes', () => {
    expect(() => idxDataset(pair(images(3), labels([1, 2])))).toThrow(/'i' has 3 images, but 'l' has 2 labels/);
    expect(() => idxDataset({ ...pair(images(3), labels([1, 9, 10])), classes: 10 })).toThrow(/'l' has label 10 at image 2; expected 0 to 9/);
    expect(() => idxDataset({ ...pair(images(3, 20, 28), labels([1, 2, 3])), imageSize: [28, 28] })).toThrow(/'i' has images of 20 x 28; 'set' has 28 x 28/);
    expect(() => idxDataset(pair(labels([1]), images(1)))).toThrow(/swapped/);
    expect(() => idxDataset(pair(images(1), images(1)))).toThrow(/swapped/);
    expect(() => idxDataset({ ...pair(images(1), labels([1])), clases: 10 } as never)).toThrow(/unknown option 'clases'/);
  });
});

describe('IDX files of a folder', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ganzoo-idx-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const put = async (imagesName: string, i: Uint8Array, labelsName: string, l: Uint8Array): Promise<void> => {
    await writeFile(join(dir, imagesName), i);
    await writeFile(join(dir, labelsName), l);
  };

  test.each([
    ['plain', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte', false],
    ['dotted', 'train-images.idx3-ubyte', 'train-labels.idx1-ubyte', false],
    ['gzip', 'train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', true],
    ['dotted gzip', 'train-images.idx3-ubyte.gz', 'train-labels.idx1-ubyte.gz', true],
    ['unpacked by a browser that kept the name', 'train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', false],
  ])('%s', async (_, imagesName, labelsName, packed) => {
    const pack = (bytes: Uint8Array): Uint8Array => (packed ? gzipSync(bytes) : bytes);
    await put(imagesName, pack(images(2)), labelsName, pack(labels([7, 1])));
    expect(await mnist({ dir })).toMatchObject({ name: 'mnist', size: 2, sampleShape: [28, 28, 1] });
  });

  test('Fashion-MNIST has files of the same names', async () => {
    await put('train-images-idx3-ubyte.gz', gzipSync(images(2)), 'train-labels-idx1-ubyte.gz', gzipSync(labels([7, 1])));
    await put('t10k-images-idx3-ubyte.gz', gzipSync(images(1)), 't10k-labels-idx1-ubyte.gz', gzipSync(labels([9])));
    expect(await fashionMnist({ dir })).toMatchObject({ name: 'fashion-mnist', size: 2, sampleShape: [28, 28, 1], range: [-1, 1] });
    expect(await fashionMnist({ dir, split: 'test' })).toMatchObject({ name: 'fashion-mnist test', size: 1 });
  });

  test('Fashion-MNIST says where its files are from', async () => {
    const source = /get the four files .+ from https:\/\/github\.com\/zalandoresearch\/fashion-mnist and pass \{ dir \}/;
    await expect(fashionMnist({} as never)).rejects.toThrow(source);
    await expect((fashionMnist as () => Promise<unknown>)()).rejects.toThrow(source);
    await expect(fashionMnist({ dir })).rejects.toThrow(
      /no 'train-images-idx3-ubyte' .+ The folder is empty\. Get the file from https:.+fashion-mnist and put it there/,
    );
    await expect(fashionMnist({ dir, split: 'validation' as 'train' })).rejects.toThrow(/'train', 'test', got 'validation'/);
    await expect(fashionMnist({ dir, path: dir } as never)).rejects.toThrow("unknown option 'path'");
  });

  test('the test split reads the other files', async () => {
    await put('t10k-images-idx3-ubyte', images(1), 't10k-labels-idx1-ubyte', labels([7]));
    expect((await mnist({ dir, split: 'test' })).size).toBe(1);
    await expect(mnist({ dir })).rejects.toThrow(/no 'train-images-idx3-ubyte' \(looked for .*\) in .*It has t10k-images-idx3-ubyte/);
  });

  test('a broken gzip file is refused by name', async () => {
    const packed = gzipSync(images(2));
    await put('train-images-idx3-ubyte.gz', packed.subarray(0, packed.length - 20), 'train-labels-idx1-ubyte', labels([7, 1]));
    await expect(mnist({ dir })).rejects.toThrow(new RegExp(`train-images-idx3-ubyte\\.gz' \\(${packed.length - 20} bytes\\) is not a whole gzip file`));
  });

  test('a truncated file is refused by its path', async () => {
    await put('train-images-idx3-ubyte', images(2).subarray(0, 500), 'train-labels-idx1-ubyte', labels([7, 1]));
    await expect(mnist({ dir })).rejects.toThrow(/train-images-idx3-ubyte' is truncated/);
  });

  test('images of another size and labels beyond 9 are refused', async () => {
    await put('train-images-idx3-ubyte', images(2, 32, 32), 'train-labels-idx1-ubyte', labels([7, 1]));
    await expect(mnist({ dir })).rejects.toThrow(/32 x 32/);
    await put('train-images-idx3-ubyte', images(2), 'train-labels-idx1-ubyte', labels([7, 10]));
    await expect(mnist({ dir })).rejects.toThrow(/label 10 at image 1; expected 0 to 9/);
  });

  test('a missing folder, a wrong split and an unknown option are refused', async () => {
    await expect(mnist({ dir: join(dir, 'none') })).rejects.toThrow(/cannot read the folder/);
    await expect(mnist({ split: 'validation' as 'train' })).rejects.toThrow(/'train', 'test', got 'validation'/);
    await expect(mnist({ path: dir } as never)).rejects.toThrow(/unknown option 'path'.*dir, split/);
  });
});
