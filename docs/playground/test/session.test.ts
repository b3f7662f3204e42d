import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Pace } from '../engine/pace.ts';
import { arrowCount, gridSize, sampleCount, type Failure, type Frame, type News } from '../engine/protocol.ts';
import { Session } from '../engine/session.ts';
import { changed, initial, type Settings } from '../settings/settings.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const small = changed(initial, { layers: 1, width: 8, batchSize: 16 });
let open: (() => Promise<void>) | undefined;
afterEach(async () => {
  await open?.();
  open = undefined;
});

/** A run, and what it tells. */
function begin(settings: Settings, looks = { landscape: true, gradients: true }) {
  const pace = new Pace();
  const news: News[] = [];
  const session = new Session(
    1,
    settings,
    pace,
    () => looks,
    (item) => news.push(item),
  );
  const ended = session.train();
  open = () => {
    session.end();
    return ended;
  };
  const frames = (): Frame[] => news.filter((item) => item.type === 'frame');
  const failure = (): Failure | undefined => news.find((item) => item.type === 'failure');
  const at = async (step: number): Promise<Frame> => {
    await expect
      .poll(() => failure() ?? frames().at(-1)?.step, { timeout: 30_000, interval: 5 })
      .toSatisfy((seen) => typeof seen === 'object' || (seen as number) >= step);
    if (failure()) throw new Error(failure()?.message);
    return frames().findLast((frame) => frame.step === step) as Frame;
  };
  return { session, pace, news, frames, failure, at, ended };
}

test('a run shows itself before its first step, and takes one step when told', async () => {
  const { pace, news, frames, at } = begin(small);
  const first = await at(0);
  expect(news[0]).toMatchObject({ type: 'data', run: 1 });
  expect((news[0] as { points: Float32Array }).points).toHaveLength(2 * sampleCount);
  expect(first.losses).toEqual({});
  expect(first.samples).toHaveLength(2 * sampleCount);
  expect(first.landscape).toHaveLength(gridSize ** 2);
  expect(first.gradients).toHaveLength(2 * arrowCount);
  expect(first.numbers).toMatchObject({ total: 8 });
  pace.step();
  const second = await at(1);
  expect(second.updates).toEqual({ generator: 1, discriminator: 1 });
  expect(Object.keys(second.losses)).toEqual(expect.arrayContaining(['discriminator/real', 'discriminator/gradientPenalty', 'generator/fake']));
  expect(second.samples).not.toEqual(first.samples);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(frames().at(-1)?.step).toBe(1);
});

test('plays, and no faster than asked', async () => {
  const { pace, at, frames } = begin(small);
  await at(0);
  pace.limit(20);
  const started = performance.now();
  pace.play();
  await at(6);
  expect(performance.now() - started).toBeGreaterThan(200);
  pace.pause();
  const { step } = frames().at(-1) as Frame;
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect((frames().at(-1) as Frame).step - step).toBeLessThanOrEqual(1);
});

test('rates of 0 leave everything where it is, from the next step on', async () => {
  const { session, pace, at } = begin(small);
  const first = await at(0);
  session.tune({ ...small, generatorRate: 0, discriminatorRate: 0 });
  pace.step();
  const still = await at(1);
  expect(still.samples).toEqual(first.samples);
  expect(still.landscape).toEqual(first.landscape);
  session.tune({ ...small, generatorRate: 0 });
  pace.step();
  const moved = await at(2);
  expect(moved.samples).toEqual(first.samples);
  expect(moved.landscape).not.toEqual(first.landscape);
});

test('other critic steps go on with the same weights, optimizers and numbers', async () => {
  const other = begin({ ...small, criticSteps: 3 });
  const { session, pace, at } = begin(small);
  await at(0);
  pace.step();
  const before = await at(1);
  session.tune({ ...small, criticSteps: 3, generatorRate: 0, discriminatorRate: 0 });
  pace.step();
  const after = await at(2);
  expect(after.updates).toEqual({ generator: 2, discriminator: 4 });
  expect(after.samples).toEqual(before.samples);
  expect(after.landscape).toEqual(before.landscape);
  other.session.end();
  await other.ended;
});

test('gives back every tensor', async () => {
  const before = tf.memory().numTensors;
  const { session, pace, at, ended } = begin(small);
  await at(0);
  pace.step();
  await at(1);
  session.tune({ ...small, criticSteps: 2 });
  pace.step();
  await at(2);
  session.end();
  await ended;
  expect(tf.memory().numTensors).toBe(before);
});

test('a loss that is no number ends the run with its name and step', async () => {
  const { session, pace, failure, at, ended } = begin(small);
  await at(0);
  // No control says this: what a run does with a loss gone wrong is asked of it this way.
  session.tune({ ...small, generatorRate: NaN as 0 });
  pace.limit(null);
  pace.play();
  await ended;
  expect(failure()).toMatchObject({ kind: 'diverged', run: 1 });
  expect(failure()?.step).toBeLessThan(25);
  expect(failure()?.terms?.length).toBeGreaterThan(0);
});

test('a drawing of one point is enough', async () => {
  const { pace, at } = begin({ ...small, data: 'drawn', drawing: [[0.5, 0.5]] });
  await at(0);
  pace.step();
  const { numbers } = await at(1);
  expect(numbers.modes).toBeUndefined();
  expect(numbers.distance).toBeGreaterThan(0);
});
