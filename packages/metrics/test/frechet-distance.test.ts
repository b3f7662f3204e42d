import { FeatureStatistics, frechetDistance } from '@ganzoo/metrics';
import type { FlatPoints, Points } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { cloud, relative } from './clouds.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => vi.unstubAllGlobals());

const { fromMoments, of } = FeatureStatistics;

function diagonal(values: readonly number[]): Float64Array {
  const matrix = new Float64Array(values.length ** 2);
  values.forEach((value, i) => (matrix[i * values.length + i] = value));
  return matrix;
}

function traceOf(statistics: FeatureStatistics): number {
  const [d, covariance] = [statistics.dimensions as number, statistics.covariance()];
  return covariance.reduce((sum, value, at) => sum + (at % (d + 1) === 0 ? value : 0), 0);
}

describe('closed forms', () => {
  test('unit covariances and means one apart in each of 2048 dimensions: 2048, exactly', async () => {
    const identity = diagonal(Array(2048).fill(1));
    const [a, b] = [fromMoments(new Float64Array(2048), identity), fromMoments(new Float64Array(2048).fill(1), identity)];
    expect(await frechetDistance(a, b)).toBe(2048);
  });

  test('diagonal covariances: |m1 - m2|^2 + sum (sqrt a - sqrt b)^2', async () => {
    const [a, b] = [
      [1, 4, 0.25, 0, 9],
      [9, 1, 0.25, 2, 0],
    ];
    const [first, second] = [fromMoments([0, 0, 1, 0, 0], diagonal(a)), fromMoments([3, 0, -1, 0, 0], diagonal(b))];
    const expected = 13 + a.reduce((sum, value, i) => sum + (Math.sqrt(value) - Math.sqrt(b[i]!)) ** 2, 0);
    expect(await frechetDistance(first, second)).toBeCloseTo(expected, 12);
    expect(await frechetDistance(second, first)).toBeCloseTo(expected, 12);
  });

  test.each([
    [3, 50, 4],
    [1 / 3, 20, 50],
    [0, 90, 30],
  ])('features %f times as far from their mean, %i of %i dimensions: (1 - c)^2 tr S', async (times, count, dimensions) => {
    const features = cloud(count, dimensions, 1);
    const scaled = { dimensions, values: features.values.map((value) => times * value) as Float64Array };
    const [first, second] = [await of(features), await of(scaled)];
    const means = first.mean().reduce((sum, value, i) => sum + (value - second.mean()[i]!) ** 2, 0);
    const expected = means + (1 - times) ** 2 * traceOf(first);
    for (const [a, b] of [
      [first, second],
      [second, first],
      [features, scaled],
      [features, second],
      [first, scaled],
    ] as const) {
      expect(relative(await frechetDistance(a, b), expected)).toBeLessThan(1e-7);
    }
  });

  test('one dimension: squares of the differences of means and of standard deviations', async () => {
    expect(await frechetDistance([[1], [3]], [[10], [10], [16], [16]])).toBeCloseTo((2 - 13) ** 2 + (Math.SQRT2 - Math.sqrt(12)) ** 2, 12);
    expect(await frechetDistance(fromMoments([1], [4]), fromMoments([1], [0]))).toBe(4);
  });

  test.each([
    [200, 20],
    [30, 100],
    [101, 100],
  ])('from itself, %i features of %i dimensions: 0 beside the trace, by all ways', async (count, dimensions) => {
    const features = cloud(count, dimensions, 2, { offset: 5 });
    const statistics = await of(features);
    const limit = 1e-6 * traceOf(statistics);
    for (const [a, b] of [
      [features, features],
      [features, statistics],
      [statistics, features],
      [statistics, statistics],
    ] as const) {
      expect(Math.abs(await frechetDistance(a, b))).toBeLessThan(limit);
    }
  });

  test('fewer features than dimensions: what orthogonal sets of known lengths make', async () => {
    // Differences (2, 0, 0) and (0, 6, 0) or (6, 0, 0): covariances of rank 1, of 2 and 18.
    const a = [
      [1, 0, 0],
      [-1, 0, 0],
    ];
    const across = [
      [0, 3, 0],
      [0, -3, 0],
    ];
    const along = [
      [3, 0, 0],
      [-3, 0, 0],
    ];
    for (const read of [(points: Points) => Promise.resolve(points), of]) {
      expect(await frechetDistance(await read(a), await read(across))).toBeCloseTo(20, 6);
      expect(await frechetDistance(await read(a), await read(along))).toBeCloseTo(2 + 18 - 2 * 6, 6);
    }
  });
});

describe('all ways agree', () => {
  test.each([
    [60, 90, 25],
    [20, 30, 64],
    [20, 90, 64],
    [90, 20, 64],
    [2, 90, 30],
    [130, 150, 150],
  ])('%i and %i features of %i dimensions', async (count, other, dimensions) => {
    const [a, b] = [cloud(count, dimensions, 3), cloud(other, dimensions, 4, { spread: 0.5, offset: 0.1 })];
    const [first, second] = [await of(a), await of(b)];
    const expected = await frechetDistance(a, b);
    expect(expected).toBeGreaterThan(1);
    for (const [x, y] of [
      [b, a],
      [a, second],
      [second, a],
      [first, b],
      [b, first],
      [first, second],
      [second, first],
    ] as const) {
      expect(relative(await frechetDistance(x, y), expected)).toBeLessThan(1e-7);
    }
    const loaded = FeatureStatistics.fromNpz(first.toNpz());
    expect(relative(await frechetDistance(loaded, second), expected)).toBeLessThan(1e-7);
    vi.stubGlobal('WebAssembly', undefined);
    expect(relative(await frechetDistance(await of(a), await of(b)), expected)).toBeLessThan(1e-7);
    expect(relative(await frechetDistance(a, b), expected)).toBeLessThan(1e-7);
  });

  test('a collapsed generator: what the data’s own spread is, and how far the mean is off', async () => {
    const features = cloud(100, 20, 5);
    const statistics = await of(features);
    const mean = statistics.mean();
    const collapsed = { dimensions: 20, values: new Float64Array(40 * 20).map((_, i) => 0.1 * (i % 20)) };
    const expected = traceOf(statistics) + mean.reduce((sum, value, i) => sum + (value - 0.1 * i) ** 2, 0);
    for (const [a, b] of [
      [features, collapsed],
      [collapsed, statistics],
      [statistics, await of(collapsed)],
      [await of(collapsed), statistics],
    ] as const) {
      expect(relative(await frechetDistance(a, b), expected)).toBeLessThan(1e-12);
    }
    expect(await frechetDistance(collapsed, await of(collapsed))).toBe(0);
  });

  test('units only scale it, be they tiny or huge', async () => {
    const [a, b] = [cloud(60, 25, 3), cloud(90, 25, 4)];
    const expected = await frechetDistance(a, b);
    for (const unit of [2 ** -200, 2 ** 200]) {
      const [x, y] = [a, b].map(({ values }) => ({ dimensions: 25, values: Float64Array.from(values, (value) => unit * value) })) as [FlatPoints, FlatPoints];
      expect(await frechetDistance(x, y)).toBe(unit ** 2 * expected);
    }
  });

  test('a tensor, which may go right after the call and stays its owner’s', async () => {
    const points = cloud(30, 6, 6);
    const tensor = tf.tensor2d(Float32Array.from(points.values), [30, 6]);
    const expected = await frechetDistance({ values: tensor.dataSync<'float32'>().slice(), dimensions: 6 }, points);
    const before = tf.memory().numTensors;
    expect(await frechetDistance(tensor, points)).toBe(expected);
    expect(tf.memory().numTensors).toBe(before);
    const distance = frechetDistance(tensor, points);
    tensor.dispose();
    expect(await distance).toBe(expected);
  });
});

describe('the factor that is kept', () => {
  test('is used whichever side it belongs to, and dropped when features come', async () => {
    const [reference, other] = [await of(cloud(400, 300, 7)), await of(cloud(400, 300, 8))];
    const distance = await frechetDistance(reference, other);
    expect(await frechetDistance(reference, other)).toBe(distance);
    // To the last bit only because the same side is factored again: the other one would be rounded otherwise.
    expect(await frechetDistance(other, reference)).toBe(distance);
    expect(await frechetDistance(await of(cloud(400, 300, 8)), await of(cloud(400, 300, 7)))).not.toBe(distance);
    await reference.add(cloud(400, 300, 9, { spread: 2 }));
    const grown = await frechetDistance(reference, other);
    expect(relative(grown, await frechetDistance(fromMoments(reference.mean(), reference.covariance()), other))).toBeLessThan(1e-9);
    expect(relative(grown, distance)).toBeGreaterThan(0.01);
  });
});

describe('refuses', () => {
  test.each<[string, Points, Points, string]>([
    [
      'values that are not finite',
      [
        [1, 2],
        [3, NaN],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      'point 1 of the first features has a coordinate NaN',
    ],
    [
      'unequal dimensions',
      [
        [1, 2],
        [3, 4],
      ],
      [[1], [2]],
      'the first features have 2 dimensions, but the second features have 1',
    ],
    [
      'one feature',
      [
        [1, 2],
        [3, 4],
      ],
      [[1, 2]],
      'the second features are 1, but a covariance takes at least 2',
    ],
  ])('%s', async (_, a, b, message) => {
    await expect(frechetDistance(a, b)).rejects.toThrow(message);
  });

  test('statistics of one feature, and of other dimensions', async () => {
    const [one, two] = [
      await of([[1, 2]]),
      await of([
        [1, 2],
        [3, 4],
      ]),
    ];
    await expect(frechetDistance(one, two)).rejects.toThrow('at least 2 features, got 1');
    await expect(frechetDistance(two, fromMoments([0], [1]))).rejects.toThrow('first features have 2 dimensions, but the second features have 1');
  });

  test('a misspelt option', async () => {
    await expect(frechetDistance([[1], [2]], [[1], [2]], { progress: () => {} } as object)).rejects.toThrow("unknown option 'progress'");
  });
});
