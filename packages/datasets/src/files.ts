import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { expectOneOf, GanzooError } from '@ganzoo/core';
import type { DataFile } from './data-file.ts';

const SCOPE = 'datasets/files';
const decompress = promisify(gunzip);

export type Split = 'train' | 'test';

export function expectSplit(scope: string, split: unknown): asserts split is Split {
  expectOneOf(scope, 'split', split, ['train', 'test']);
}

/**
 * Names of what is in the folder of a dataset, sorted.
 *
 * @param whose what the folder should hold, such as `the IDX files`
 */
export async function namesIn(dir: string, whose: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    throw new GanzooError(SCOPE, `cannot read the folder ${dir}: ${(cause as Error).message}. Pass the dir that holds ${whose}.`, { cause });
  }
}

/** The error of a file that is not among those there are. */
export function missingFile(what: string, dir: string, present: readonly string[], cure: string): GanzooError {
  const has = present.length === 0 ? 'The folder is empty' : `It has ${present.slice(0, 8).join(', ')}${present.length > 8 ? ', ...' : ''}`;
  return new GanzooError(SCOPE, `${what} in ${dir}. ${has}. ${cure}`);
}

/** A file, without the gzip around it, if there is any: browsers unpack what they download and keep its name. */
export async function readPacked(path: string): Promise<DataFile> {
  const bytes = await readFile(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { name: path, bytes };
  try {
    return { name: path, bytes: await decompress(bytes) };
  } catch (cause) {
    throw new GanzooError(SCOPE, `'${path}' (${bytes.length} bytes) is not a whole gzip file: ${(cause as Error).message}. Get the file again.`, { cause });
  }
}
