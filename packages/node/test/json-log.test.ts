import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLog } from '@ganzoo/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeRun } from './fake-run.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-log-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function logged(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a header, a line every so many steps and one for the last', async () => {
  const path = join(dir, 'runs', 'log.jsonl');
  const callback = jsonLog({ path, every: 5 });
  const run = fakeRun({ steps: 12 });
  await callback.onStart?.(run);
  for (let step = 1; step <= 12; step++) {
    Object.assign(run, { step, realSamples: 64 * step, seconds: step / 4 });
    await callback.onStep?.(run);
  }
  await callback.onEnd?.(run);
  const [header, ...rows] = await logged(path);
  expect(header).toEqual({
    gan: { name: 'fake', config: { latentDim: 2 } },
    seed: 7,
    backend: 'cpu',
    step: 0,
    steps: 12,
    batchSize: 64,
    versions: { '@ganzoo/core': expect.stringMatching(/^\d+\.\d+\.\d+/), '@tensorflow/tfjs': '4.22.0', node: process.versions.node },
  });
  expect(rows.map((row) => row['step'])).toEqual([5, 10, 12]);
  expect(rows[0]).toEqual({
    step: 5,
    realSamples: 320,
    seconds: 1.25,
    'discriminator/real': 0.6789,
    'discriminator/fake': 0.25,
    'discriminator/accuracy': 0.514,
    'generator/fake': 1.5,
  });
});

test('a line for what other callbacks measured, with null for what is no number', async () => {
  const path = join(dir, 'measured.jsonl');
  const callback = jsonLog({ path, every: 5 });
  const run = fakeRun({ step: 3, realSamples: 192, seconds: 0.5 });
  await callback.onStart?.(run);
  await callback.onRecord?.(run, { distance: 3.25, score: Number.NaN });
  expect((await logged(path))[1]).toEqual({ step: 3, realSamples: 192, seconds: 0.5, distance: 3.25, score: null });
});

test('a last step that has its line gets no second one', async () => {
  const path = join(dir, 'log.jsonl');
  const callback = jsonLog({ path, every: 4 });
  const run = fakeRun({ steps: 4 });
  await callback.onStart?.(run);
  run.step = 4;
  await callback.onStep?.(run);
  await callback.onEnd?.(run);
  expect((await logged(path)).map((row) => row['step'])).toEqual([0, 4]);
});

test('a resumed run appends, also behind a line that was cut off', async () => {
  const path = join(dir, 'log.jsonl');
  await appendFile(path, '{"step":5}\n{"ste');
  await jsonLog({ path }).onStart?.(fakeRun({ step: 5 }));
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(/^\{"step":5\}\n\{"ste\n\{"gan":.*"step":5.*\}\n$/);
});

test('keeps its order for a caller that does not wait', async () => {
  const path = join(dir, 'log.jsonl');
  const callback = jsonLog({ path, every: 1 });
  const run = fakeRun();
  await callback.onStart?.(run);
  let delay = 30;
  const pending: unknown[] = [];
  for (let step = 1; step <= 4; step++) {
    const wait = (delay -= 7);
    pending.push(callback.onStep?.({ ...run, step, losses: () => new Promise((resolve) => setTimeout(() => resolve({ 'd/x': step }), wait)) }));
  }
  await Promise.all(pending);
  expect((await logged(path)).slice(1).map((row) => [row['step'], row['d/x']])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});

test('after an error it says which, and asks the device nothing', async () => {
  const path = join(dir, 'log.jsonl');
  const callback = jsonLog({ path });
  const run = fakeRun({ step: 3, realSamples: 192, seconds: 2 });
  await callback.onEnd?.(run, new Error('generator/fake is NaN'));
  expect(await logged(path)).toEqual([{ step: 3, realSamples: 192, seconds: 2, failure: 'generator/fake is NaN' }]);
  expect(run.reads).toBe(0);
});

test('refuses bad options, and a path it cannot write', async () => {
  expect(() => jsonLog({ path: '' })).toThrow(/path/);
  expect(() => jsonLog({ path: 'x', every: 1.5 })).toThrow(/every/);
  expect(() => jsonLog({ path: 'x', evry: 1 } as never)).toThrow(/unknown option 'evry'/);
  await expect(jsonLog({ path: dir }).onStart?.(fakeRun())).rejects.toThrow(/\[ganzoo\/node\/json-log\] cannot write/);
});
