import { rng } from '@ganzoo/core';
import { gridOfGaussians, ringOfGaussians, swissRoll } from '@ganzoo/datasets';
import { slicedWasserstein } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { draw, mean } from './draw.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** n points of a standard normal distribution. */
function cloud(count: number, dimensions: number, seed: number): number[][] {
  const tensor = rng(seed).normal([count, dimensions]);
  const points = tensor.arraySync() as number[][];
  tensor.dispose();
  return points;
}

const shifted = (points: number[][], by: number[]): number[][] => points.map((point) => point.map((value, axis) => value + (by[axis] as number)));
const column = (...values: number[]): number[][] => values.map((value) => [value]);

describe('on a line, where every direction is the line', () => {
  test.each<[string, number[], number[], number, number]>([
    ['a shift', [0, 1, 3], [5, 6, 8], 5, 5],
    ['matched in order, not as given', [3, 0, 1], [2, 4, 0], 2 / 3, Math.sqrt(2 / 3)],
    ['one against many', [0], [1, -2, 3], 2, Math.sqrt(14 / 3)],
    // Quantiles of halves against thirds: 0 apart up to 1/3, 1 up to 1/2, 0 up to 2/3, 1 up to 1.
    ['two against three', [0, 1], [2, 0, 1], 1 / 2, Math.sqrt(1 / 2)],
    ['different sizes of one distribution', [0, 1], [1, 0, 0, 1, 1, 0], 0, 0],
    ['sizes without a common factor', [0, 0, 0], [0, 0, 0, 0, 7], 7 / 5, Math.sqrt(49 / 5)],
  ])('%s', async (_, a, b, first, second) => {
    expect(await slicedWasserstein(column(...a), column(...b), { projections: 3 })).toBeCloseTo(first, 14);
    expect(await slicedWasserstein(column(...b), column(...a), { projections: 3, order: 2 })).toBeCloseTo(second, 14);
  });

  test('standard deviations of Gaussians: W2 is how far they differ', async () => {
    // Quantiles of the normal distribution, nearly.
    const normal = column(...cloud(20_001, 1, 3).flat());
    const wide = normal.map(([value]) => [3 * (value as number)]);
    expect(await slicedWasserstein(normal, wide, { projections: 1, order: 2 })).toBeCloseTo(2, 1);
    expect(await slicedWasserstein(normal, wide, { projections: 1 })).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 1);
  });
});

describe('in space', () => {
  // What a direction sees of a shift by s is s |cos|.
  test.each<[number, number[], number]>([
    [2, [3, 4], 2 / Math.PI],
    [2, [-5, 0], 2 / Math.PI],
    [3, [0, 0, 5], 1 / 2],
    [3, [5 / Math.sqrt(3), 5 / Math.sqrt(3), 5 / Math.sqrt(3)], 1 / 2],
  ])('%i-D: a shift by %j', async (dimensions, by, meanCosine) => {
    const points = cloud(7, dimensions, 1);
    const moved = shifted(points, by);
    // Four standard deviations of the mean over directions.
    const slack = 4 / Math.sqrt(20_000);
    const first = await slicedWasserstein(points, moved, { projections: 20_000 });
    expect(Math.abs(first / 5 - meanCosine)).toBeLessThan(slack * Math.sqrt(1 / dimensions - meanCosine ** 2));
    const second = await slicedWasserstein(points, moved, { projections: 20_000, order: 2 });
    expect(Math.abs(second / 5 - Math.sqrt(1 / dimensions))).toBeLessThan(slack / 2);
  });

  test('equal sets are 0 apart; the order of points and of sets does not matter', async () => {
    const [a, b] = [cloud(50, 3, 1), cloud(70, 3, 2)];
    const reversed = [...a].reverse();
    for (const order of [1, 2] as const) {
      expect(await slicedWasserstein(a, reversed, { order })).toBe(0);
      const distance = await slicedWasserstein(a, b, { order });
      expect(distance).toBeGreaterThan(0.1);
      expect(await slicedWasserstein(b, a, { order })).toBe(distance);
      expect(await slicedWasserstein(reversed, b, { order })).toBe(distance);
      // Each point twice is the same distribution.
      expect(await slicedWasserstein([...a, ...a], b, { order })).toBeCloseTo(distance, 12);
    }
  });

  test('the same seed looks along the same directions, another along others; more projections change little', async () => {
    const [a, b] = [cloud(40, 2, 1), shifted(cloud(40, 2, 2), [1, 2])];
    const once = await slicedWasserstein(a, b, { seed: 3 });
    expect(await slicedWasserstein(a, b, { seed: 3 })).toBe(once);
    expect(await slicedWasserstein(a, b, { seed: 4 })).not.toBe(once);
    expect(await slicedWasserstein(a, b)).toBe(await slicedWasserstein(a, b, { seed: 0, projections: 256, order: 1 }));
    expect(Math.abs((await slicedWasserstein(a, b, { projections: 4000 })) / once - 1)).toBeLessThan(0.1);
  });

  test('all kinds of points are alike, and tensors stay their owner’s', async () => {
    const [a, b] = [cloud(20, 2, 1), cloud(30, 2, 2)];
    const [first, second] = [tf.tensor2d(a), tf.tensor2d(b)];
    const distance = await slicedWasserstein(a, b);
    expect(await slicedWasserstein(first, second)).toBe(distance);
    expect(await slicedWasserstein({ values: Float32Array.from(a.flat()), dimensions: 2 }, second)).toBe(distance);
    expect(await first.array()).toEqual(a);
    const promise = slicedWasserstein(first, second);
    tf.dispose([first, second]);
    expect(await promise).toBe(distance);
  });
});

/** As the WGAN-GP paper's toys are scaled: about 1 of standard deviation along each axis. */
const toys = {
  'Swiss roll': swissRoll,
  ring: (options: { count: number; seed: number }) => ringOfGaussians({ radius: Math.SQRT2, sigma: 0.01 * Math.SQRT2, ...options }),
  grid: (options: { count: number; seed: number }) => gridOfGaussians({ spacing: Math.SQRT1_2, sigma: 0.025 * Math.SQRT1_2, ...options }),
};

// Measured elsewhere: two draws apart by this much (the ring's and the grid's follow from their distribution functions,
// .0141 and .0157, .0282 and .0315), single pairs varying by about .4 of it; and a Gaussian of the same moments.
test.each<[keyof typeof toys, number, number, number]>([
  ['Swiss roll', 0.0148, 0.031, 0.144],
  ['ring', 0.0137, 0.028, 0.271],
  ['grid', 0.0153, 0.029, 0.127],
])('%s: what a perfect sampler and a Gaussian score', async (name, floor, floorOfFewer, ofGaussian) => {
  const toy = toys[name];
  const between = async (count: number, seed: number): Promise<number> => {
    const [a, b] = [await draw(toy({ count, seed })), await draw(toy({ count, seed: seed + 100 }))];
    const distance = await slicedWasserstein(a, b, { seed, projections: count === 10_000 ? 256 : 64 });
    tf.dispose([a, b]);
    return distance;
  };
  const many = await Promise.all([1, 2, 3, 4].map((seed) => between(10_000, seed)));
  const few = await Promise.all(Array.from({ length: 16 }, (_, seed) => between(2500, seed)));
  // Three standard deviations of each mean.
  expect(Math.abs(mean(many) / floor - 1)).toBeLessThan((3 * 0.4) / Math.sqrt(4));
  expect(Math.abs(mean(few) / floorOfFewer - 1)).toBeLessThan((3 * 0.4) / Math.sqrt(16));

  const points = await draw(toy({ count: 10_000, seed: 1 }));
  const gaussian = tf.tidy(() => {
    const { mean, variance } = tf.moments(points, 0);
    return tf.add(mean, tf.mul(tf.sqrt(variance), rng(1).normal([10_000, 2])));
  });
  expect(Math.abs((await slicedWasserstein(points, gaussian)) - ofGaussian)).toBeLessThan(0.02);
  tf.dispose([points, gaussian]);
});

describe('slicedWasserstein refuses', () => {
  const points = [[0, 1]];
  test.each<[string, unknown, unknown, object, string]>([
    ['other dimensions', points, [[1, 2, 3]], {}, '[ganzoo/metrics/slicedWasserstein] the first points have 2 dimensions, but the second points have 3'],
    ['an empty set', points, [], {}, 'the second points are empty'],
    ['NaN', [...points, [0, NaN]], points, {}, 'point 1 of the first points has a coordinate NaN; remove or repair it.'],
    ['infinity', points, [[-Infinity, 0]], {}, 'point 0 of the second points has a coordinate -Infinity'],
    ['an unknown option', points, points, { projection: 3 }, "unknown option 'projection'. Valid options:"],
    ['no projections', points, points, { projections: 0 }, 'projections must be an integer of at least 1, got 0.'],
    ['a negative seed', points, points, { seed: -1 }, 'seed must be an integer of at least 0, got -1.'],
    ['order 3', points, points, { order: 3 }, 'order must be 1 or 2, got 3.'],
  ])('%s', async (_, a, b, options, message) => {
    await expect(slicedWasserstein(a as number[][], b as number[][], options)).rejects.toThrow(message);
  });
});
