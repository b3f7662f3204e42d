import { FeatureStatistics, type Points } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cloud, expectMoments, moments } from './clouds.ts';
import type { Flat } from './clouds.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const part = ({ values, dimensions }: Flat, from: number, to: number): Flat => ({ values: values.slice(from * dimensions, to * dimensions), dimensions });

async function inBatches(flat: Flat, ...ends: number[]): Promise<FeatureStatistics> {
  const statistics = new FeatureStatistics();
  for (const [index, end] of ends.entries()) await statistics.add(part(flat, ends[index - 1] ?? 0, end));
  return statistics;
}

describe('counting', () => {
  test.each([
    [2, 1],
    [3, 5],
    [400, 7],
    [127, 4],
    [128, 4],
  ])('%i features of %i dimensions: the mean and the covariance by definition', async (count, dimensions) => {
    const flat = cloud(count, dimensions, 1);
    const statistics = await FeatureStatistics.of(flat);
    expect([statistics.count, statistics.dimensions]).toEqual([count, dimensions]);
    expectMoments(statistics, moments(flat));
  });

  test('in batches of any size as at once, to the last bit', async () => {
    const flat = cloud(500, 6, 2);
    const whole = await inBatches(flat, 500);
    for (const ends of [[1, 2, 300, 301, 500], [250, 500], Array.from({ length: 500 }, (_, i) => i + 1)]) {
      const parts = await inBatches(flat, ...ends);
      expect(parts.covariance()).toEqual(whole.covariance());
      expect(parts.mean()).toEqual(whole.mean());
    }
  });

  test('reading in between changes nothing but rounding', async () => {
    const flat = cloud(300, 6, 3);
    const statistics = await inBatches(flat, 100);
    expectMoments(statistics, moments(part(flat, 0, 100)));
    await statistics.add(part(flat, 100, 300));
    expectMoments(statistics, moments(flat));
  });

  test('a mean far from 0 does not cancel the covariance, nor does one that moves', async () => {
    const near = cloud(600, 5, 4);
    const far: Flat = { dimensions: 5, values: near.values.map((value) => Math.round(value * 2 ** 20) / 2 ** 20 + 1e7) };
    const { covariance } = moments({ dimensions: 5, values: far.values.map((value) => value - 1e7) });
    const statistics = await inBatches(far, 10, 600);
    expectMoments(statistics, { mean: moments(far).mean, covariance }, 1e-8);
    const moved: Flat = { dimensions: 5, values: far.values.map((value, i) => value - (i < 1500 ? 1e7 : 0)) };
    expectMoments(await inBatches(moved, 600), moments(moved), 1e-12);
  });

  test('equal features have no covariance at all', async () => {
    const statistics = await FeatureStatistics.of({ values: new Float64Array(300 * 3).map((_, i) => 0.1 * (1 + (i % 3))), dimensions: 3 });
    expect([...statistics.covariance()]).toEqual(Array(9).fill(0));
    expect([...statistics.mean()]).toEqual([0.1, 0.2, 0.1 * 3]);
  });

  test('all kinds of features are alike, tensors stay their owner’s and may go right after the call', async () => {
    const rows = [
      [1, 2],
      [3, -1],
      [0, 5],
    ];
    const tensor = tf.tensor2d(rows);
    const expected = moments({ values: Float64Array.from(rows.flat()), dimensions: 2 });
    for (const features of [rows, { values: Float32Array.from(rows.flat()), dimensions: 2 }, tensor] as Points[]) {
      expectMoments(await FeatureStatistics.of(features), expected, 1e-14);
    }
    expect(tensor.isDisposed).toBe(false);
    const added = FeatureStatistics.of(tensor);
    tensor.dispose();
    expectMoments(await added, expected, 1e-14);
  });

  test('calls that nobody waited for are taken in order', async () => {
    const flat = cloud(500, 6, 2);
    const statistics = new FeatureStatistics();
    const calls = [100, 200, 300, 400, 500].map((end) => statistics.add(part(flat, end - 100, end)));
    await Promise.all(calls);
    expect(statistics.covariance()).toEqual((await FeatureStatistics.of(flat)).covariance());
  });
});

describe('merging', () => {
  test.each([[1], [50], [399]])('%i features with the rest of 400 are the whole; the other stays', async (end) => {
    const flat = cloud(400, 6, 5, { offset: 3 });
    const [first, second] = [await inBatches(part(flat, 0, end), end), await FeatureStatistics.of(part(flat, end, 400))];
    first.merge(second);
    expect([first.count, second.count]).toEqual([400, 400 - end]);
    expectMoments(first, moments(flat));
    second.merge(second);
    expect(second.count).toBe(2 * (400 - end));
    await first.add(part(flat, 0, 10));
    expect(first.count).toBe(410);
  });

  test('with nothing, either way', async () => {
    const flat = cloud(40, 3, 6);
    const statistics = await FeatureStatistics.of(flat);
    statistics.merge(new FeatureStatistics());
    expectMoments(statistics, moments(flat));
    const empty = new FeatureStatistics();
    empty.merge(statistics);
    expectMoments(empty, moments(flat));
  });
});

describe('refuses', () => {
  const { fromMoments } = FeatureStatistics;

  test.each<[string, number[], number[], string]>([
    ['sizes that do not fit', [1, 2], [1, 2, 3], 'got 2 and 3 values'],
    ['no values', [], [], 'got 0 and 0'],
    ['a mean that is not finite', [1, NaN], [1, 0, 0, 1], 'value 1 of the mean is NaN'],
    ['a covariance that is not finite', [1, 1], [1, 0, 0, Infinity], 'value 3 of the covariance is Infinity'],
    ['a covariance that is not symmetric', [1, 1], [1, 0.5, 0.4, 1], '0.4 at [1, 0] and 0.5 at [0, 1]'],
    ['a variance below 0', [1, 1], [1, 0, 0, -1e-9], '-1e-9 at [1, 1]'],
  ])('%s', (_, mean, covariance, message) => {
    expect(() => fromMoments(mean, covariance)).toThrow(message);
  });

  test('statistics without a count where one is needed, and says what to do', async () => {
    const [known, counted] = [fromMoments([0], [1]), await FeatureStatistics.of([[1], [2]])];
    expect(() => known.add([[1]])).toThrow('Start from the features');
    expect(() => known.merge(counted)).toThrow('merge takes statistics with a count');
    expect(() => counted.merge(known)).toThrow('merge takes statistics with a count');
    expect(known.count).toBe(undefined);
  });

  test('batches that are wrong, which then leave no trace', async () => {
    const flat = cloud(20, 3, 8);
    const statistics = await FeatureStatistics.of(flat);
    await expect(statistics.add([[1, 2]])).rejects.toThrow('features have 2 dimensions, the ones before 3');
    await expect(
      statistics.add([
        [1, 2, 3],
        [4, NaN, 6],
      ]),
    ).rejects.toThrow('point 1 of features has a coordinate NaN');
    const wrong = statistics.add([[1]]);
    const right = statistics.add(flat);
    await expect(wrong).rejects.toThrow('1 dimensions');
    await right;
    expect(statistics.count).toBe(40);
    expectMoments(statistics, moments({ dimensions: 3, values: Float64Array.of(...flat.values, ...flat.values) }));
    expect(() => statistics.merge(fromMoments([0], [1]))).toThrow('count');
    const other = await FeatureStatistics.of([[1], [2]]);
    expect(() => statistics.merge(other)).toThrow('1 dimensions, the ones before 3');
  });

  test('to tell what it cannot know', async () => {
    const statistics = new FeatureStatistics();
    expect([statistics.count, statistics.dimensions]).toEqual([0, undefined]);
    expect(() => statistics.mean()).toThrow('at least 1 feature, got 0');
    await statistics.add([[1, 2]]);
    expect([...statistics.mean()]).toEqual([1, 2]);
    expect(() => statistics.covariance()).toThrow('at least 2 features, got 1');
    expect(() => statistics.toNpz()).toThrow('at least 2 features');
  });

  test('to be read while a batch is being added', async () => {
    const statistics = new FeatureStatistics();
    // Far more than fits between two turns of the event loop.
    const added = statistics.add(cloud(12_000, 400, 9));
    while (statistics.count === 0) await new Promise((resolve) => setTimeout(resolve));
    expect(() => statistics.covariance()).toThrow('await add(...)');
    await added;
    expect(statistics.covariance()[0]).toBeGreaterThan(0);
  });
});
