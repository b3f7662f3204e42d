import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rng } from '@ganzoo/core';
import { afterAll, expect, it } from 'vitest';
import { source } from './native/project.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [steps, kills] = [1500, 25];

/** Trains in a process that is killed so many milliseconds after its training has begun, unless it is done by then. @returns whether it was done */
async function trainFor(dir: string, backend: string, milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [...source, fileURLToPath(new URL('run-child.ts', import.meta.url)), dir, String(steps), backend]);
  let complaint = '';
  child.stderr.on('data', (text) => (complaint += String(text)));
  child.stdout.on('data', () => {
    if (milliseconds < Infinity) setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  // null: killed.
  if (code !== null && code !== 0) throw new Error(`the training ended with code ${code}: ${complaint}`);
  return code === 0;
}

/** Every byte of a run that a kill could have spoilt; times, and the log, differ from run to run. */
function endOf(dir: string): Record<string, string> {
  const files = ['generator', 'checkpoints', 'samples'].flatMap((folder) =>
    readdirSync(join(dir, folder))
      .sort()
      .map((name) => join(folder, name)),
  );
  return Object.fromEntries(files.filter((name) => !name.includes('/.')).map((name) => [name, readFileSync(join(dir, name)).toString('base64')]));
}

// Two at a time, as there are processors: 50 kills in all.
it.concurrent.each(['cpu', 'wasm'])('a training on %s that is killed at 25 random moments ends as one that is not', async (backend) => {
  const [whole, broken] = [join(root, `${backend}-whole`), join(root, `${backend}-broken`)];
  expect(await trainFor(whole, backend, Infinity)).toBe(true);
  const moments = rng(Date.now() % 100_000).fork(backend);
  let killed = 0;
  for (let attempt = 0; attempt < kills; attempt++) if (!(await trainFor(broken, backend, moments.integer() % 300))) killed++;
  expect(await trainFor(broken, backend, Infinity)).toBe(true);
  console.log(`${backend}: killed ${killed} of ${kills} times`);
  expect(killed).toBeGreaterThan(kills / 2);
  expect(endOf(broken)).toEqual(endOf(whole));
});
