import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GanzooError } from '@ganzoo/core';
import type { ImageFile } from './check.ts';
import { reasonOf } from './decoder.ts';
import { SCOPE } from './listing.ts';

/*
 * A cache is one file: the pixels of one image after another, then what they are of, as JSON, then 16 bytes: the CRC-32 of that
 * JSON, its length and the magic. What was cut off has no end, and each image has a CRC-32 of its own.
 */
const MAGIC = Buffer.from('ganzoo1\n');
const END = 8 + MAGIC.length;
/** Milliseconds after which what another process was writing is thought to be left over. */
const DAY = 86_400_000;

interface Contents {
  /** What pixels are made from and by: others are not used. */
  readonly made: string;
  /** File, bytes, time of change and the checksum of the pixels, in the order of the pixels. */
  readonly images: readonly (readonly [string, number, number, number])[];
}

interface Place {
  readonly bytes: number;
  readonly modified: number;
  readonly start: number;
  readonly sum: number;
}

/** Pixels that are kept, of images that have not changed since. */
export interface Kept {
  /** Whether it stays after it is closed. */
  readonly isInMemory: boolean;
  readonly has: (image: ImageFile) => boolean;
  /** undefined where it has none, or damaged ones. */
  readonly read: (image: ImageFile) => Promise<Uint8Array | undefined>;
  readonly close: () => Promise<void>;
}

/** Where the pixels of a folder are kept: one file for each way to make them. */
export async function cachePath(cache: string | undefined, folder: string, settings: string): Promise<string> {
  const root = cache ?? join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ganzoo', 'images');
  const digest = createHash('sha256').update(JSON.stringify([await realpath(folder), settings]));
  return join(root, `${digest.digest('hex').slice(0, 32)}.pixels`);
}

/**
 * @param size bytes of an image's pixels
 * @param mostInMemory up to so many bytes all pixels are read, and checked, at once
 * @returns undefined where there is none, it is not a whole one, or was made in another way
 */
export async function openCache(path: string, made: string, size: number, mostInMemory: number): Promise<Kept | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  const places = await readContents(file, made, size).catch(() => undefined);
  const isSmall = places !== undefined && places.size * size <= mostInMemory;
  const pixels = isSmall ? await readAt(file, 0, places.size * size).catch(() => undefined) : undefined;
  if (!places || isSmall) await file.close();
  if (!places || (isSmall && !pixels)) return undefined;

  const read = async ({ start, sum }: Place): Promise<Uint8Array | undefined> => {
    const found = pixels ? pixels.subarray(start, start + size) : await readAt(file, start, size).catch(() => undefined);
    return found && crc32(found) === sum ? found : undefined;
  };
  for (const [name, place] of pixels ? places : []) if (!(await read(place))) places.delete(name);
  const find = ({ file, bytes, modified }: ImageFile): Place | undefined => {
    const place = places.get(file);
    return place && place.bytes === bytes && place.modified === modified ? place : undefined;
  };
  return {
    isInMemory: isSmall,
    has: (image) => find(image) !== undefined,
    read: async (image) => {
      const place = find(image);
      return place && read(place);
    },
    close: async () => (isSmall ? undefined : file.close()),
  };
}

async function readContents(file: FileHandle, made: string, size: number): Promise<Map<string, Place> | undefined> {
  const { size: length } = await file.stat();
  const end = await readAt(file, length - END, END);
  if (!end.subarray(8).equals(MAGIC)) return undefined;
  const jsonLength = end.readUInt32LE(4);
  // Before memory is asked for what may be nonsense.
  if (jsonLength > length - END) return undefined;
  const json = await readAt(file, length - END - jsonLength, jsonLength);
  if (crc32(json) !== end.readUInt32LE(0)) return undefined;
  const contents = JSON.parse(json.toString()) as Contents;
  if (contents.made !== made) return undefined;
  return new Map(contents.images.map(([name, bytes, modified, sum], index) => [name, { bytes, modified, sum, start: index * size }]));
}

async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw new Error('ends early');
    done += bytesRead;
  }
  return bytes;
}

/** A cache that is being written, aside: there is none before it is committed, and then a whole one. */
export interface CacheWriter {
  readonly add: (image: ImageFile, pixels: Uint8Array) => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** @throws GanzooError, as do its functions, where the file cannot be written */
export async function createCache(path: string, made: string, size: number): Promise<CacheWriter> {
  const aside = `${path}.${randomUUID()}`;
  const images: Contents['images'][number][] = [];
  const orSay = async <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((cause: unknown) => {
      const hint = 'Pass { cache } with a folder that can be written to, or { cache: false } to keep none';
      throw new GanzooError(SCOPE, `cannot keep resized images in '${path}': ${reasonOf(cause)}. ${hint}.`, { cause });
    });
  const file = await orSay(async () => {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftovers(path);
    return open(aside, 'wx');
  });
  const write = (bytes: Uint8Array, start: number): Promise<void> =>
    orSay(async () => {
      const { bytesWritten } = await file.write(bytes, 0, bytes.length, start);
      if (bytesWritten < bytes.length) throw new Error('the disk is full');
    });
  return {
    add: ({ file, bytes, modified }, pixels) => write(pixels, (images.push([file, bytes, modified, crc32(pixels)]) - 1) * size),
    commit: async () => {
      const json = Buffer.from(JSON.stringify({ made, images } satisfies Contents));
      const end = Buffer.alloc(8);
      end.writeUInt32LE(crc32(json), 0);
      end.writeUInt32LE(json.length, 4);
      await write(Buffer.concat([json, end, MAGIC]), images.length * size);
      await orSay(async () => {
        await file.close();
        await rename(aside, path);
      });
    },
    discard: async () => {
      await file.close().catch(() => undefined);
      await rm(aside, { force: true });
    },
  };
}

/** Of processes that were killed. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > DAY) await rm(join(folder, name), { force: true });
  }
}
