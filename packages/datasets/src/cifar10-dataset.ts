import { arrayDataset, expectKeys, GanzooError } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import type { DataFile } from './data-file.ts';

const SCOPE = 'datasets/cifar10';

/** Pixels of an image, which are also the bytes of each of its colours. */
const pixels = 32 * 32;
/** The label, then all reds, all greens and all blues, each by rows from the top. */
const recordBytes = 1 + 3 * pixels;

/** Options of {@link cifar10Dataset}. */
export interface Cifar10DatasetOptions {
  /** The dataset's name. `'cifar10'` unless told. */
  readonly name?: string;
}

/**
 * CIFAR-10 from the bytes of its binary version, in records of 3,073: samples `[32, 32, 3]` in [-1, 1], labels 0 to 9: airplane,
 * automobile, bird, cat, deer, dog, frog, horse, ship, truck (https://www.cs.toronto.edu/~kriz/cifar.html).
 *
 * @param data a file's bytes, or several files, such as `data_batch_1.bin` to `data_batch_5.bin`, whose images are strung together
 * @throws GanzooError on an unknown option, on what is not whole records, and on a label beyond 9
 */
export function cifar10Dataset(data: Uint8Array | readonly DataFile[], options: Cifar10DatasetOptions = {}): Dataset {
  expectKeys(SCOPE, options, ['name']);
  const { name = 'cifar10' } = options;
  const files = data instanceof Uint8Array ? [{ name, bytes: data }] : data;
  files.forEach(expectRecords);
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0);
  if (count === 0) throw new GanzooError(SCOPE, `'${name}' has no files; give the bytes of one, such as data_batch_1.bin.`);

  const values = new Uint8Array(3 * pixels * count);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const file of files) {
    for (let start = 0; start < file.bytes.length; start += recordBytes, image++) {
      labels[image] = labelAt(file, start);
      interleave(file.bytes.subarray(start + 1, start + recordBytes), values.subarray(3 * pixels * image));
    }
  }
  return arrayDataset({ name, values, sampleShape: [32, 32, 3], labels });
}

function expectRecords({ name, bytes }: DataFile): void {
  if (bytes.length > 0 && bytes.length % recordBytes === 0) return;
  throw new GanzooError(
    SCOPE,
    `'${name}' has ${bytes.length} bytes; expected a multiple of ${recordBytes}, a label and 3 x 32 x 32 colours an image. It is truncated, or not of the binary version of CIFAR-10; get the file again.`,
  );
}

function labelAt({ name, bytes }: DataFile, start: number): number {
  const label = bytes[start] as number;
  if (label < 10) return label;
  const hint = 'It is corrupt, or of another dataset: those of CIFAR-100 have two labels an image';
  throw new GanzooError(SCOPE, `'${name}' has label ${label} at image ${start / recordBytes}; expected 0 to 9. ${hint}.`);
}

/** From one plane a colour to three colours a pixel. */
function interleave(planes: Uint8Array, values: Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) values[3 * pixel + channel] = planes[channel * pixels + pixel] as number;
  }
}
