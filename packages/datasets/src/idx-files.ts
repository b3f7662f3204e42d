import { join } from 'node:path';
import type { Dataset } from '@ganzoo/core';
import type { DataFile } from './data-file.ts';
import { missingFile, namesIn, readPacked, type Split } from './files.ts';
import { idxDataset } from './idx-dataset.ts';

const PREFIX = { train: 'train', test: 't10k' } as const;

/**
 * What has the form of MNIST: images of 28 x 28 pixels and labels 0 to 9, in files of MNIST's names.
 *
 * @param cure what to do about a file that is not there
 */
export async function readMnistLike(name: string, dir: string, split: Split, cure: string): Promise<Dataset> {
  const images = await readIdxFile(dir, `${PREFIX[split]}-images-idx3-ubyte`, cure);
  const labels = await readIdxFile(dir, `${PREFIX[split]}-labels-idx1-ubyte`, cure);
  return idxDataset({ name: split === 'train' ? name : `${name} test`, images, labels, classes: 10, imageSize: [28, 28] });
}

/** Reads one IDX file of a folder by its published name, such as `train-images-idx3-ubyte`, under any of its usual spellings. */
async function readIdxFile(dir: string, name: string, cure: string): Promise<DataFile> {
  // Some archives put a dot where the published names have a hyphen.
  const dotted = name.replace(/-(idx\d)/, '.$1');
  const spellings = [name, dotted].flatMap((spelling) => [spelling, `${spelling}.gz`]);
  const present = await namesIn(dir, 'the IDX files');
  const found = spellings.find((spelling) => present.includes(spelling));
  if (found === undefined) throw missingFile(`no '${name}' (looked for ${spellings.join(', ')})`, dir, present, cure);
  return readPacked(join(dir, found));
}
