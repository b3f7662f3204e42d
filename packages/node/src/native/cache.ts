import { appendFile, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { temporaryOf } from '../temporaries.ts';
import { libraryIn, sizeOf, type Library } from './library.ts';

/**
 * The folder of unpacked libraries, shared by all projects of its user. An entry is complete when it says so in its
 * stamp, written last, and every file has the size it had then.
 */
export function defaultCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ganzoo', 'tensorflow');
}

interface Stamp {
  readonly isGpu: boolean;
  /** Bytes by path within the entry. */
  readonly files: Readonly<Record<string, number>>;
}

const STAMP = 'complete.json';
const USERS = 'users.txt';
/** What the installer puts there; anything else in the folder is its user's own. */
const OURS = /^(?:cpu|gpu)-tensorflow.*$|^download-(?:cpu|gpu)$|^\..*\.tmp$/;

/** Where the wheel of that name unpacks to. */
export function entryOf(cache: string, stem: string, isGpu: boolean): string {
  return join(cache, `${isGpu ? 'gpu' : 'cpu'}-${stem}`);
}

export async function completeEntry(entry: string, stamp: Stamp): Promise<void> {
  const temporary = temporaryOf(join(entry, STAMP));
  await writeFile(temporary, JSON.stringify(stamp, undefined, 2));
  await rename(temporary, join(entry, STAMP));
}

/** The library of an entry, or undefined where that is not complete. */
export async function libraryOf(entry: string): Promise<Library | undefined> {
  const text = await readFile(join(entry, STAMP), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { isGpu, files } = JSON.parse(text) as Stamp;
  if (Object.entries(files).some(([path, size]) => sizeOf(join(entry, path)) !== size)) return undefined;
  return libraryIn(join(entry, 'tensorflow'), join(entry, 'nvidia'), isGpu);
}

export interface CacheEntry {
  readonly path: string;
  readonly library: Library | undefined;
  readonly bytes: number;
}

/** The newest first. */
export async function entriesOf(cache: string): Promise<CacheEntry[]> {
  const names = (await readdir(cache).catch(() => [])).filter((name) => OURS.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(cache, name);
      const { mtimeMs } = await stat(path);
      return { path, library: await libraryOf(path), bytes: await bytesOf(path), mtimeMs };
    }),
  );
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs);
}

async function bytesOf(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.reduce((sum, entry) => sum + (sizeOf(join(entry.parentPath, entry.name)) ?? 0), sizeOf(path) ?? 0);
}

/** Notes that a binding runs on the library of an entry. */
export async function addUser(entry: string, binding: string): Promise<void> {
  if (!(await usersOf(entry)).includes(binding)) await appendFile(join(entry, USERS), `${binding}\n`);
}

export async function usersOf(entry: string): Promise<string[]> {
  return (await readFile(join(entry, USERS), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
}

/** Removes an entry, its stamp first: half an entry must not look whole. */
export async function removeEntry({ path }: CacheEntry): Promise<void> {
  await rm(join(path, STAMP), { force: true });
  await rm(path, { force: true, recursive: true });
}

/** Removes the folder itself where nothing is left in it. */
export async function removeEmpty(cache: string): Promise<void> {
  await rmdir(cache).catch(() => undefined);
}
