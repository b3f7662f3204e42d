import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expectKeys, GanzooError } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import { parseTar, type ParsedTarFileItem } from 'nanotar';
import { cifar10Dataset } from './cifar10-dataset.ts';
import type { DataFile } from './data-file.ts';
import { expectSplit, missingFile, namesIn, readPacked } from './files.ts';

const SCOPE = 'datasets/cifar10';
const SOURCE = 'https://www.cs.toronto.edu/~kriz/cifar.html';
const ARCHIVE = 'cifar-10-binary.tar.gz';
/** In the archive, and where it has been unpacked. */
const FOLDER = 'cifar-10-batches-bin';

const FILES = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
} as const;

/** Options of {@link cifar10}. */
export interface Cifar10Options {
  /**
   * The folder of `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or one that holds `cifar-10-batches-bin` or
   * `cifar-10-binary.tar.gz`, or that file itself: the binary version of https://www.cs.toronto.edu/~kriz/cifar.html.
   */
  readonly dir: string;
  /** 50,000 training images or 10,000 test images. `'train'` unless told. */
  readonly split?: 'train' | 'test';
}

/**
 * CIFAR-10, photos of animals and vehicles (Krizhevsky 2009): samples `[32, 32, 3]` in [-1, 1], labels 0 to 9: airplane,
 * automobile, bird, cat, deer, dog, frog, horse, ship, truck. Stays in memory as bytes, 154 MB for training.
 *
 * @throws GanzooError without a `dir`, and when the files are not found, corrupt, or not CIFAR-10's
 */
export async function cifar10(options: Cifar10Options): Promise<Dataset> {
  expectKeys(SCOPE, options ?? {}, ['dir', 'split']);
  const { dir, split = 'train' } = options ?? {};
  expectSplit(SCOPE, split);
  if (typeof dir !== 'string' || dir === '') {
    throw new GanzooError(SCOPE, `it comes with no package: get ${ARCHIVE}, the binary version, from ${SOURCE} and pass { dir } with its folder.`);
  }
  return cifar10Dataset(await readBatches(dir, FILES[split]), { name: split === 'train' ? 'cifar10' : 'cifar10 test' });
}

async function readBatches(dir: string, wanted: readonly string[]): Promise<readonly DataFile[]> {
  if ((await stat(dir).catch(() => undefined))?.isFile()) return fromArchive(dir, wanted);
  const present = await namesIn(dir, 'the files of CIFAR-10');
  const missing = wanted.find((name) => !present.includes(name));
  if (missing === undefined) return Promise.all(wanted.map((name) => readPacked(join(dir, name))));
  if (present.includes(FOLDER)) return readBatches(join(dir, FOLDER), wanted);
  if (present.includes(ARCHIVE)) return fromArchive(join(dir, ARCHIVE), wanted);
  throw missingFile(
    `no '${missing}', '${FOLDER}' or '${ARCHIVE}'`,
    dir,
    present,
    `Get the binary version from ${SOURCE} and put it there, or pass another dir.`,
  );
}

async function fromArchive(path: string, wanted: readonly string[]): Promise<DataFile[]> {
  const { bytes } = await readPacked(path);
  const entries = entriesOf(bytes, path);
  return wanted.map((name) => {
    const entry = entries.find((entry) => basename(entry.name) === name);
    if (entry?.data) return { name: `${path}: ${name}`, bytes: entry.data };
    const has = entries.map((entry) => entry.name);
    throw missingFile(`no '${name}'`, `'${path}'`, has, `Get ${ARCHIVE}, the binary version, from ${SOURCE}.`);
  });
}

function entriesOf(bytes: Uint8Array, path: string): ParsedTarFileItem[] {
  try {
    if (!beginsTar(bytes)) throw new Error('it does not begin as one');
    // The parser takes all of the buffer that bytes lie in, so that they need one of their own.
    return parseTar(Uint8Array.from(bytes)).filter(({ type }) => type === 'file');
  } catch (cause) {
    throw new GanzooError(SCOPE, `'${path}' is not a whole tar archive: ${(cause as Error).message}. Get ${ARCHIVE} from ${SOURCE} again.`, { cause });
  }
}

/** Whether the first header has its checksum, the sum of its bytes with spaces in its own place: old archives have no magic. */
function beginsTar(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const header = Uint8Array.from(bytes.subarray(0, 512));
  const sum = Number.parseInt(String.fromCharCode(...header.subarray(148, 156)), 8);
  header.fill(32, 148, 156);
  return sum === header.reduce((total, byte) => total + byte, 0);
}
