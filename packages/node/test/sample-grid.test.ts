import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleOptions } from '@ganzoo/core';
import { sampleGrid } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fakeRun } from './fake-run.ts';

let dir = '';
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-samples-'));
});
afterEach(() => rm(dir, { recursive: true }));

const full = (value: number, ...shape: number[]): tf.Tensor => tf.tidy(() => tf.mul(tf.ones(shape), value));

test('writes at the start, at every multiple and at the end, from the same latents, and keeps no tensor', async () => {
  const asked: [number, SampleOptions | undefined][] = [];
  const run = fakeRun({
    sample: (count, options) => {
      asked.push([count, options]);
      return full(run.step / 100, count, 4, 4, 1);
    },
  });
  const callback = sampleGrid({ dir: join(dir, 'samples'), every: 4, count: 9, seed: 5 });
  const before = tf.memory().numTensors;
  await callback.onStart?.(run);
  for (run.step = 1; run.step <= 10; run.step++) await callback.onStep?.(run);
  run.step = 10;
  await callback.onEnd?.(run);
  expect(tf.memory().numTensors).toBe(before);
  expect((await readdir(join(dir, 'samples'))).sort()).toEqual(['step-000000.png', 'step-000004.png', 'step-000008.png', 'step-000010.png']);
  expect(asked).toEqual(Array.from({ length: 4 }, () => [9, { seed: 5 }]));
  const picture = decode(await readFile(join(dir, 'samples', 'step-000010.png')));
  expect(picture).toMatchObject({ width: 20, height: 20, channels: 1 });
  expect(picture.data[2 * 20 + 2]).toBe(Math.round(1.1 * 127.5));
});

test('nothing at the start of a resumed run, nothing twice, nothing after an error', async () => {
  let sampled = 0;
  const run = fakeRun({
    step: 100,
    sample: (count) => {
      sampled++;
      return tf.zeros([count, 4, 4, 3]);
    },
  });
  const callback = sampleGrid({ dir });
  await callback.onStart?.(run);
  expect(await readdir(dir)).toEqual([]);
  run.step = 200;
  await callback.onStep?.(run);
  await callback.onEnd?.(run);
  run.step = 203;
  await callback.onEnd?.(run, new Error('boom'));
  expect(await readdir(dir)).toEqual(['step-000200.png']);
  expect(sampled).toBe(1);
});

test('points in the plane become a scatter picture', async () => {
  const run = fakeRun({ sample: (count) => full(0.5, count, 2) });
  await sampleGrid({ dir, extent: 1 }).onStart?.(run);
  const picture = decode(await readFile(join(dir, 'step-000000.png')));
  expect(picture).toMatchObject({ width: 512, height: 512, channels: 1 });
  expect(picture.data[128 * 512 + 384]).toBeLessThan(50);
});

test('samples that are no picture are refused and disposed', async () => {
  const before = tf.memory().numTensors;
  await expect(sampleGrid({ dir }).onStart?.(fakeRun({ sample: (count) => tf.zeros([count, 7]) }))).rejects.toThrow(/got \[7\]/);
  await expect(sampleGrid({ dir }).onStart?.(fakeRun({ sample: (count) => tf.zeros([count, 4, 4, 2]) }))).rejects.toThrow(/got \[64, 4, 4, 2\]/);
  expect(tf.memory().numTensors).toBe(before);
});

test('refuses bad options', () => {
  expect(() => sampleGrid({ dir: '' })).toThrow(/dir must be/);
  expect(() => sampleGrid({ dir, every: 0 })).toThrow(/every/);
  expect(() => sampleGrid({ dir, sed: 1 } as never)).toThrow(/unknown option 'sed'/);
});
