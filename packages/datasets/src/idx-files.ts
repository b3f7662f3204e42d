import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GanzooError } from '@ganzoo/core';
import type { IdxFile } from './idx-dataset.ts';

const SCOPE = 'datasets/files';
const decompress = promisify(gunzip);

/** Reads one IDX file of a folder by its published name, such as `train-images-idx3-ubyte`, under any of its usual spellings. */
export async function readIdxFile(dir: string, name: string): Promise<IdxFile> {
  // Some archives put a dot where the published names have a hyphen.
  const dotted = name.replace(/-(idx\d)/, '.$1');
  const spellings = [name, dotted].flatMap((spelling) => [spelling, `${spelling}.gz`]);
  const present = await list(dir);
  const found = spellings.find((spelling) => present.includes(spelling));
  if (found === undefined) {
    const has = present.length === 0 ? 'The folder is empty' : `It has ${present.slice(0, 8).join(', ')}${present.length > 8 ? ', ...' : ''}`;
    throw new GanzooError(SCOPE, `no '${name}' in ${dir}: looked for ${spellings.join(', ')}. ${has}. Put the file there, or pass another dir.`);
  }
  const path = join(dir, found);
  const bytes = await readFile(path);
  return { name: path, bytes: isGzip(bytes) ? await unpack(bytes, path) : bytes };
}

async function list(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    throw new GanzooError(SCOPE, `cannot read the folder ${dir}: ${(cause as Error).message}. Pass the dir that holds the IDX files.`, { cause });
  }
}

/** By content, not by name: browsers unpack what they download and keep its name. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function unpack(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await decompress(bytes);
  } catch (cause) {
    throw new GanzooError(SCOPE, `'${path}' (${bytes.length} bytes) is not a whole gzip file: ${(cause as Error).message}. Get the file again.`, { cause });
  }
}
