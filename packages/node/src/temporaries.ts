import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Longer than anything takes that makes one. */
const MOST_MILLISECONDS = 24 * 3600 * 1000;
/** A process id says something on its own machine only. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const pattern = /^\..+?(?:\.([0-9a-f]{8})-(\d+))?\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** A name next to that file, which says whose it is. */
export function temporaryOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${host}-${process.pid}.${randomUUID()}.tmp`);
}

/** Removes the temporaries, files and folders, left there by processes that were killed. What cannot be removed stays. */
export async function sweepTemporaries(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const match = pattern.exec(name);
      if (!match) return;
      const file = join(directory, name);
      try {
        const age = Date.now() - (await stat(file)).mtimeMs;
        if (age > MOST_MILLISECONDS || (match[1] === host && isGone(Number(match[2])))) await rm(file, { force: true, recursive: true });
      } catch {
        // Another process has swept it, or may alone.
      }
    }),
  );
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
