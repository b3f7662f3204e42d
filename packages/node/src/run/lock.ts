import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';

const SCOPE = 'node/run';
const file = 'run.lock';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/**
 * Takes a run directory for this process, so that no two write into it. What a killed process left is taken over.
 *
 * @returns what gives it back
 * @throws GanzooError while another process has it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, file);
  const mine: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'wx');
      try {
        await handle.writeFile(JSON.stringify(mine));
      } finally {
        await handle.close();
      }
      return async () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new GanzooError(SCOPE, `cannot write into '${directory}': ${(error as Error).message}. Is there room, and may this user write there?`, {
          cause: error,
        });
    }
    await removeStale(directory, path);
  }
  throw new GanzooError(SCOPE, `'${directory}' was taken by another process just now. Wait for it, or give another directory.`);
}

/** Throws while its holder lives, or may live: a process of another machine cannot be asked. */
async function removeStale(directory: string, path: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder && (holder.host !== hostname() || isAlive(holder.pid))) {
    const who = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} of ${holder.host}`;
    throw new GanzooError(
      SCOPE,
      `${who} has been training in '${directory}' since ${holder.since}. Wait for it or stop it; if it is gone for sure, remove ${path}.`,
    );
  }
  await rm(path, { force: true });
}

/** Nobody, where the lock is gone meanwhile or was never written whole. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
