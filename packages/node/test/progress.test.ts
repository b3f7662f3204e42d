import { Writable } from 'node:stream';
import type { Callback } from '@ganzoo/core';
import { progress } from '@ganzoo/node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fakeRun } from './fake-run.ts';

beforeAll(() => void vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(310e6));
afterAll(() => vi.restoreAllMocks());

function sink(isTTY: boolean): Writable & { text: string } {
  const stream = new Writable({
    write(chunk, _, done) {
      stream.text += String(chunk);
      done();
    },
  }) as Writable & { text: string };
  return Object.assign(stream, { text: '', isTTY, columns: 200 });
}

/** Trains a fake run at so many seconds a step. */
async function train(callback: Callback, secondsPerStep: number, { steps = 100, failAt = Infinity } = {}): Promise<ReturnType<typeof fakeRun>> {
  const run = fakeRun({ steps });
  await callback.onStart?.(run);
  for (let step = 1; step <= Math.min(steps, failAt); step++) {
    Object.assign(run, { step, realSamples: 64 * step, seconds: step * secondsPerStep });
    await callback.onStep?.(run);
  }
  await callback.onEnd?.(run, failAt < Infinity ? new Error('out of memory') : undefined);
  return run;
}

test('without a terminal: a line every 5 %', async () => {
  const stream = sink(false);
  await train(progress({ stream }), 1);
  const lines = stream.text.trimEnd().split('\n');
  expect(lines.map((line) => /^step (\d+)\/100 /.exec(line)?.[1])).toEqual(Array.from({ length: 20 }, (_, i) => String(5 * (i + 1))));
  expect(lines[0]).toBe('step 5/100  D real 0.679 fake 0.25, G fake 1.5, accuracy 51 %, 64 img/s, 1:35 left, 310 MB');
  expect(lines[19]).toBe('step 100/100  D real 0.679 fake 0.25, G fake 1.5, accuracy 51 %, 64 img/s, 310 MB, took 1:40');
});

test('shows the last of what other callbacks measured', async () => {
  const stream = sink(false);
  const callback = progress({ stream });
  const run = fakeRun({ steps: 2, step: 1 });
  await callback.onStart?.(run);
  await callback.onRecord?.(run, { score: 7, distance: 12.3456 });
  await callback.onRecord?.(run, { score: 8.123 });
  run.step = 2;
  await callback.onEnd?.(run);
  expect(stream.text).toContain('accuracy 51 %, score 8.12, distance 12.3, ');
});

test('without a terminal: a line also when 10 s have passed', async () => {
  const stream = sink(false);
  await train(progress({ stream }), 4);
  expect(
    stream.text
      .split('\n')
      .slice(0, 3)
      .map((line) => line.split('  ')[0]),
  ).toEqual(['step 3/100', 'step 5/100', 'step 8/100']);
});

test('reads the losses at most four times a second', async () => {
  for (const isTTY of [false, true]) {
    const run = await train(progress({ stream: sink(isTTY) }), 0.001, { steps: 2000 });
    expect(run.reads).toBeGreaterThanOrEqual(7);
    expect(run.reads).toBeLessThanOrEqual(9);
  }
});

test('looks only at multiples of `every`', async () => {
  const stream = sink(false);
  await train(progress({ stream, every: 30 }), 1);
  expect(stream.text.split('\n').map((line) => line.split('  ')[0])).toEqual(['step 30/100', 'step 60/100', 'step 90/100', 'step 100/100', '']);
});

test('the speed is of the last ten seconds, not of the whole run', async () => {
  const stream = sink(false);
  const callback = progress({ stream });
  const run = fakeRun({ steps: 1000 });
  await callback.onStart?.(run);
  for (const [step, seconds] of [
    [100, 100],
    [200, 200],
    [400, 220],
    [800, 260],
  ] as const) {
    Object.assign(run, { step, realSamples: 10 * step, seconds });
    await callback.onStep?.(run);
  }
  expect(stream.text.split('\n').map((line) => /(\d+ img\/s.*), 310 MB$/.exec(line)?.[1])).toEqual([
    '10 img/s, 15:00 left',
    '10 img/s, 13:20 left',
    '100 img/s, 1:00 left',
    '100 img/s, 0:20 left',
    undefined,
  ]);
});

test('the first step, which compiles, is no part of the speed', async () => {
  const stream = sink(false);
  const callback = progress({ stream });
  const run = fakeRun({ step: 100, steps: 120 });
  await callback.onStart?.(run);
  for (let step = 101; step <= 103; step++) {
    Object.assign(run, { step, realSamples: 64 * step, seconds: 5 + step - 101 });
    await callback.onStep?.(run);
  }
  const lines = stream.text.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^step 101\/120 .*accuracy 51 %, 310 MB$/);
  expect(lines[1]).toMatch(/^step 102\/120 .*accuracy 51 %, 64 img\/s, 0:18 left, 310 MB$/);
});

test('a run of one step has the speed of that step', async () => {
  const stream = sink(false);
  await train(progress({ stream }), 2, { steps: 1 });
  expect(stream.text).toMatch(/accuracy 51 %, 32 img\/s, 310 MB, took 0:02\n$/);
});

test('on a terminal: a bar with the sum of each player, of 80 columns at most, which ends with its line', async () => {
  const stream = sink(true);
  await train(progress({ stream }), 1);
  expect(stream.text).toContain('step 0/100 [------------] ');
  expect(stream.text).toMatch(/step 100\/100 \[={12}\] D 0\.929, G 1\.5, accuracy 51 %, 64 img\/s, 310 MB, took 1:40/);
  expect(stream.text.endsWith('\n')).toBe(true);
});

test.each([true, false])('ends cleanly after an error, terminal: %s', async (isTTY) => {
  const stream = sink(isTTY);
  const run = await train(progress({ stream }), 0.01, { failAt: 7 });
  expect(run.reads).toBe(0);
  expect(stream.text).toMatch(/step 7\/100 .*stopped: out of memory/);
  expect(stream.text.endsWith('\n')).toBe(true);
  const before = stream.text;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stream.text).toBe(before);
});

test('ends also when the losses cannot be read', async () => {
  const stream = sink(true);
  const callback = progress({ stream });
  const run = fakeRun({ losses: () => Promise.reject(new Error('device lost')) });
  await callback.onStart?.(run);
  await expect(callback.onEnd?.(run)).rejects.toThrow('device lost');
  expect(stream.text.endsWith('\n')).toBe(true);
});

test('players with the same initial keep their names; extremes stay short', async () => {
  const stream = sink(false);
  const callback = progress({ stream });
  const run = fakeRun({ steps: 1, losses: async () => ({ 'generatorA/fake': 123456, 'generatorB/fake': 1e-9, 'critic/score': NaN, total: 0 }) });
  await callback.onStart?.(run);
  run.step = 1;
  await callback.onEnd?.(run);
  expect(stream.text).toBe('step 1/1  generatorA fake 1.2e+5, generatorB fake 1.0e-9, C score NaN, total 0, 310 MB, took 0:00\n');
});

test('refuses bad options', () => {
  expect(() => progress({ every: 0 })).toThrow(/every/);
  expect(() => progress({ out: process.stderr } as never)).toThrow(/unknown option 'out'.*every, stream/);
});
