import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import type { Store } from '@ganzoo/core';
import { makeDirectory } from './make-directory.ts';
import { sweepTemporaries, temporaryOf } from './temporaries.ts';

const SCOPE = 'node/folder';

/**
 * A store whose files lie in a folder, which the first commit creates.
 *
 * A commit writes all files next to their places and flushes them to the disk before it renames them, in the order
 * given, so that a crash leaves each file old or new but never half, and next to it temporaries that a later commit
 * sweeps. Commits of one store run one after another.
 * Names are relative paths with `/`; `..`, absolute paths and backslashes are refused.
 *
 * @throws GanzooError from `read` and `commit`, on a bad name and when the disk refuses; then nothing has been replaced,
 *   unless it was a renaming that failed: then the files before it have been
 */
export function folder(path: string): Store {
  if (typeof path !== 'string' || path === '')
    throw new GanzooError(SCOPE, `the path of a folder must be a string that is not empty, got ${JSON.stringify(path)}.`);
  // A program may change its working directory later.
  const root = resolve(path);
  let last: Promise<void> = Promise.resolve();

  return {
    describe: path,
    async read(name) {
      const file = place(root, name);
      try {
        return new Uint8Array(await readFile(file));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw new GanzooError(SCOPE, `cannot read '${name}' in ${path}: ${(error as Error).message}.`, { cause: error });
      }
    },
    commit(files) {
      const turn = last.then(() => commit(root, path, files));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function commit(root: string, path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const moves = [...files].map(([name, bytes]) => {
    const file = place(root, name);
    return { name, bytes, file, temporary: temporaryOf(file) };
  });
  const directories = new Set(moves.map(({ file }) => dirname(file)));
  let current = '';
  try {
    // They may hold the room that this commit needs.
    for (const directory of directories) await sweepTemporaries(directory);
    for (const { name, bytes, file, temporary } of moves) {
      current = name;
      await makeDirectory(dirname(file));
      await writeThrough(temporary, bytes);
    }
    for (const { name, file, temporary } of moves) {
      current = name;
      await rename(temporary, file);
    }
    for (const directory of directories) await flushDirectory(directory);
  } catch (error) {
    await Promise.all(moves.map(({ temporary }) => rm(temporary, { force: true }).catch(() => undefined)));
    throw new GanzooError(SCOPE, `cannot write '${current}' in ${path}: ${(error as Error).message}. Is there room, and may this user write there?`, {
      cause: error,
    });
  }
}

async function writeThrough(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the renames last through a power cut. Windows cannot open a directory, and does not need to. */
async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Where the file of that name lies; never outside the folder. */
function place(root: string, name: string): string {
  const parts = name.split('/');
  // A colon would be a drive or a hidden stream on Windows.
  const bad = /[\\:\0]/.test(name) || parts.some((part) => part === '' || part === '.' || part === '..');
  if (bad)
    throw new GanzooError(
      SCOPE,
      `'${name}' is no name for a file here: expected a relative path such as 'generator/model.json', without '..', '.', '\\' or ':'.`,
    );
  return join(root, ...parts);
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
