import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { train, type TrainOptions } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { points, smallGan } from './run-support.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-faults-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  await tf.setBackend('cpu');
});

const metrics = { value: ({ step }: { step: number }) => step };
const options = (dir: string, steps: number): TrainOptions => ({
  dir,
  gan: smallGan(),
  dataset: points,
  steps,
  batchSize: 4,
  existing: 'resume',
  checkpoints: { every: 2, keep: 3 },
  samples: { every: 4, count: 8 },
  evaluation: { steps: 2, metrics, best: { metric: 'value', mode: 'max' } },
  progress: false,
  onNotice: () => undefined,
});

async function run(dir: string, steps: number, more: Partial<TrainOptions> = {}): Promise<void> {
  const { trainer } = await train({ ...options(dir, steps), ...more });
  trainer.dispose();
}

const filesOf = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile());
const checkpoint = (dir: string, step: number): Buffer => readFileSync(join(dir, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`));

const harms: Readonly<Record<string, (path: string) => void>> = {
  'is gone': (path) => rmSync(path),
  'is empty': (path) => truncateSync(path, 0),
  'was cut in half': (path) => truncateSync(path, statSync(path).size >> 1),
  'has a flipped bit': (path) =>
    writeFileSync(
      path,
      readFileSync(path).map((byte, i, all) => (i === all.length >> 1 ? byte ^ 4 : byte)),
    ),
  'is something else': (path) => writeFileSync(path, 'something else'),
};

describe('a run of which one file', () => {
  it.each(Object.keys(harms))('%s goes on to the same end, or says why not and keeps its checkpoints', async (harm) => {
    const [whole, broken] = [join(root, `${harm}-whole`), join(root, `${harm}-broken`)];
    await run(whole, 8);
    await run(broken, 6);
    for (const name of filesOf(broken)) {
      const copy = join(root, 'copy');
      cpSync(broken, copy, { recursive: true });
      harms[harm]?.(join(copy, name));
      const before = readdirSync(join(copy, 'checkpoints'));
      try {
        await run(copy, 8);
        expect(checkpoint(copy, 8).equals(checkpoint(whole, 8)), `${name} ${harm}`).toBe(true);
      } catch (error) {
        expect(error, `${name} ${harm}`).toBeInstanceOf(GanzooError);
        expect(readdirSync(join(copy, 'checkpoints')), `${name} ${harm}`).toEqual(before);
        // Only what says which run it is cannot be done without.
        expect(name).toBe('config.json');
      }
      rmSync(copy, { recursive: true });
    }
  });
});

it('says that its directory has vanished, and does not make it again', async () => {
  const dir = join(root, 'vanished');
  const vanish = { name: 'vanish', onStep: ({ step }: { step: number }) => (step === 3 ? rmSync(dir, { recursive: true }) : undefined) };
  const ended = run(dir, 100, { callbacks: [vanish], logEvery: 1 });
  await expect(ended).rejects.toThrow(GanzooError);
  await expect(ended).rejects.toThrow(/cannot write .*ENOENT/);
});

it('loses nothing on a full disk, and goes on when there is room', async ({ skip }) => {
  const disk = join(root, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', disk]);
  if (mounted.status !== 0) {
    console.warn('NOT RUN: a full disk, since this user may not mount one.');
    skip();
  }
  try {
    const [dir, whole] = [join(disk, 'run'), join(root, 'full-whole')];
    await run(whole, 12);
    await run(dir, 4);
    const [last] = [checkpoint(dir, 4)];
    const filler = join(disk, 'filler');
    // All but the room for half a checkpoint.
    let kilobytes = 0;
    try {
      for (; ; kilobytes++) writeFileSync(filler, new Uint8Array(1024), { flag: 'a' });
    } catch {
      truncateSync(filler, Math.max(0, (kilobytes - 3) * 1024));
    }
    const ended = run(dir, 12);
    await expect(ended).rejects.toThrow(GanzooError);
    await expect(ended).rejects.toThrow(/cannot write .*ENOSPC.* Is there room/);
    expect(checkpoint(dir, 4).equals(last)).toBe(true);
    rmSync(filler);
    await run(dir, 12);
    expect(checkpoint(dir, 12).equals(checkpoint(whole, 12))).toBe(true);
  } finally {
    spawnSync('umount', [disk]);
  }
});
