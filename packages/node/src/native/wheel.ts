import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry } from 'yauzl';
import { makeDirectory } from '../make-directory.ts';
import { temporaryOf } from '../temporaries.ts';
import { firstLine, Refusal } from './refusal.ts';

/** A Python wheel, which is a zip archive, read file by file: one of TensorFlow unpacks to more than a gigabyte. */
export interface Wheel {
  readonly path: string;
  /** The bytes of each file once unpacked, by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Writes a file of it whole or not at all. */
  readonly unpack: (name: string, to: string) => Promise<void>;
  /** Writes files of it below a new folder, all or none. `within` is what their names begin with, and is left out. */
  readonly unpackFolder: (names: readonly string[], within: string, to: string) => Promise<void>;
  readonly read: (name: string) => Promise<string>;
  readonly close: () => void;
}

/** @throws Refusal when it is no zip archive, or half of one */
export async function openWheel(path: string): Promise<Wheel> {
  const damaged = (cause: unknown): Refusal =>
    new Refusal(`${path} is no wheel, or a damaged one: ${firstLine(cause)}. Remove it and run the command again, or give another with --from.`, { cause });
  const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
    throw damaged(error);
  });
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  } catch (error) {
    zip.close();
    throw damaged(error);
  }

  const pour = async (name: string, file: string): Promise<void> => {
    const entry = entries.get(name) as Entry;
    let checksum = 0;
    const check = async function* (source: Readable): AsyncGenerator<Buffer> {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    };
    const source = await zip.openReadStreamPromise(entry);
    await pipeline(source, check, createWriteStream(file, { flags: 'wx', flush: entry.uncompressedSize > 1e6 }));
    if (checksum !== entry.crc32) throw damaged(`the checksum of ${name} is wrong`);
  };

  /** Makes something aside and puts it in its place at once, so that a killed process leaves no half. */
  const aside = async (to: string, make: (temporary: string) => Promise<void>): Promise<void> => {
    const temporary = temporaryOf(to);
    try {
      await makeDirectory(dirname(to));
      await make(temporary);
      await rename(temporary, to);
    } catch (error) {
      await rm(temporary, { force: true, recursive: true });
      const { syscall, code } = error as NodeJS.ErrnoException;
      // Another process was faster, and a folder does not move over a full one.
      if (syscall === 'rename' && (code === 'ENOTEMPTY' || code === 'EEXIST')) return;
      throw syscall === undefined && !(error instanceof Refusal) ? damaged(error) : error;
    }
  };

  return {
    path,
    sizes: new Map([...entries].map(([name, entry]) => [name, entry.uncompressedSize])),
    unpack: (name, to) => aside(to, (temporary) => pour(name, temporary)),
    unpackFolder: (names, within, to) =>
      aside(to, async (temporary) => {
        for (const name of names) {
          const file = join(temporary, name.slice(within.length));
          await makeDirectory(dirname(file));
          await pour(name, file);
        }
      }),
    async read(name) {
      const entry = entries.get(name);
      if (!entry) throw damaged(`it has no ${name}`);
      const parts: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) parts.push(chunk as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
    close: () => zip.close(),
  };
}

/** What the name of a wheel file says: `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`. */
export interface WheelName {
  readonly project: string;
  readonly version: string;
  /** The last part: which systems it is for. */
  readonly platform: string;
}

export function parseWheelName(path: string): WheelName | undefined {
  const match = /^([^-]+)-([^-]+)(?:-[^-]+)*-([^-]+)\.whl$/.exec(basename(path));
  return match ? { project: match[1] as string, version: match[2] as string, platform: match[3] as string } : undefined;
}
