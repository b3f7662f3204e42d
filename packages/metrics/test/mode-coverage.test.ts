import { gridOfGaussians, ringOfGaussians } from '@ganzoo/datasets';
import { modeCoverage } from '@ganzoo/metrics';
import type { ModeCoverage } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { draw, mean } from './draw.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** Corners of a square, far apart for their sigma. */
const square = {
  centers: [
    [0, 0],
    [0, 8],
    [8, 0],
    [8, 8],
  ],
  sigma: 0.5,
};

const repeat = (count: number, point: number[]): number[][] => Array.from({ length: count }, () => point);

describe('modeCoverage', () => {
  test('one sample on each mode', async () => {
    expect(await modeCoverage(square.centers, square)).toEqual({ modes: 4, total: 4, highQuality: 1, reverseKl: 0, counts: [1, 1, 1, 1] });
  });

  test('one mode missing: the divergence of thirds from quarters', async () => {
    const found = await modeCoverage(square.centers.slice(1), square);
    expect(found).toMatchObject({ modes: 3, total: 4, highQuality: 1, counts: [0, 1, 1, 1] });
    expect(found.reverseKl).toBeCloseTo(Math.log(4 / 3), 14);
  });

  test('skewed counts: sum p log 4p over the samples of high quality', async () => {
    const samples = [...repeat(5, [0.3, 0.1]), ...repeat(3, [0, 7.9]), ...repeat(2, [8.2, 8]), ...repeat(6, [4, 4])];
    const found = await modeCoverage(samples, square);
    expect(found).toMatchObject({ modes: 3, highQuality: 10 / 16, counts: [5, 3, 0, 2] });
    expect(found.reverseKl).toBeCloseTo(0.5 * Math.log(2) + 0.3 * Math.log(1.2) + 0.2 * Math.log(0.8), 14);
  });

  test('all on one mode is log(total)', async () => {
    expect((await modeCoverage(repeat(7, [8, 8]), square)).reverseKl).toBeCloseTo(Math.log(4), 14);
  });

  test('three standard deviations away is not of high quality, a little less is', async () => {
    const edge = [
      [1.5, 0],
      [0, -1.5],
      [0.9, 1.2],
    ];
    expect(await modeCoverage(edge, square)).toEqual({ modes: 0, total: 4, highQuality: 0, reverseKl: Infinity, counts: [0, 0, 0, 0] });
    expect(await modeCoverage([...edge, [1.499, 0], [1.06, 1.06]], square)).toMatchObject({ highQuality: 2 / 5, counts: [2, 0, 0, 0] });
    expect(await modeCoverage(edge, square, { within: 3.01 })).toMatchObject({ highQuality: 1, counts: [3, 0, 0, 0] });
    expect(await modeCoverage([[0.6, 0]], square, { within: 1 })).toMatchObject({ highQuality: 0 });
  });

  test('where modes overlap, a sample is of the nearest one', async () => {
    const samples = [[0.4], [0.6], [0.7], [-1]];
    expect((await modeCoverage(samples, { centers: [[0], [1]], sigma: 1 })).counts).toEqual([2, 2]);
    expect((await modeCoverage(samples, { centers: [[1], [0]], sigma: 1 })).counts).toEqual([2, 2]);
  });

  test('samples that are not finite are not of high quality', async () => {
    const samples = [
      [0, 0],
      [NaN, 0],
      [0, Infinity],
      [-Infinity, 8],
    ];
    expect(await modeCoverage(samples, square)).toMatchObject({ modes: 1, highQuality: 1 / 4, counts: [1, 0, 0, 0] });
  });

  test('all kinds of points count alike; a tensor stays its owner’s', async () => {
    const samples = [
      [0, 1, 0],
      [0, 0, 5],
      [0, 0, 6],
    ];
    const mixture = { centers: samples.slice(0, 2), sigma: 1 };
    const expected = await modeCoverage(samples, mixture);
    expect(expected.counts).toEqual([1, 2]);
    for (const values of [Float32Array.from(samples.flat()), Float64Array.from(samples.flat())]) {
      expect(await modeCoverage({ values, dimensions: 3 }, mixture)).toEqual(expected);
    }
    for (const dtype of ['float32', 'int32'] as const) {
      const tensor = tf.tensor2d(samples, undefined, dtype);
      expect(await modeCoverage(tensor, mixture)).toEqual(expected);
      expect(tensor.isDisposed).toBe(false);
      const promise = modeCoverage(tensor, mixture);
      tensor.dispose();
      expect(await promise).toEqual(expected);
    }
  });
});

// A Gaussian of the plane has 1 - exp(-4.5) within three of its standard deviations. Multinomial counts of n samples diverge
// from uniform by a chi-squared of modes - 1 degrees of freedom, over 2 n.
test.each([
  ['ring', ringOfGaussians, 2500, 40, 0.0014],
  ['ring', ringOfGaussians, 10_000, 10, 0.00035],
  ['grid', gridOfGaussians, 2500, 40, 0.0048],
  ['grid', gridOfGaussians, 10_000, 10, 0.0012],
])('%s: what a perfect sampler scores', async (_, toy, count, draws, reverseKl) => {
  const before = tf.memory().numTensors;
  const found: ModeCoverage[] = [];
  for (let seed = 1; seed <= draws; seed++) {
    const dataset = toy({ count, seed });
    const points = await draw(dataset);
    found.push(await modeCoverage(points, dataset));
    points.dispose();
  }
  const total = found[0]?.total as number;
  expect(found.every(({ modes }) => modes === total)).toBe(true);
  // Four standard deviations of each mean.
  expect(Math.abs(mean(found.map((each) => each.highQuality)) - 0.98889)).toBeLessThan(4 * Math.sqrt((0.98889 * 0.01111) / (count * draws)));
  expect(Math.abs(mean(found.map((each) => each.reverseKl)) - reverseKl)).toBeLessThan((4 * Math.sqrt(2 * (total - 1))) / (2 * count * Math.sqrt(draws)));
  expect(tf.memory().numTensors).toBe(before);
});

describe('modeCoverage refuses', () => {
  test.each<[string, unknown, object, string]>([
    ['other dimensions', [[1, 2, 3]], square, '[ganzoo/metrics/modeCoverage] samples have 3 dimensions, but centers have 2'],
    ['no samples', [], square, 'samples are empty; give at least one point.'],
    ['an empty tensor', () => tf.zeros([0, 2]), square, 'samples are empty'],
    ['no centers', [[1, 2]], { centers: [], sigma: 1 }, 'centers are empty'],
    ['sigma 0', [[1, 2]], { ...square, sigma: 0 }, 'sigma must be above 0, got 0.'],
    ['a negative sigma', [[1, 2]], { ...square, sigma: -1 }, 'sigma must be above 0, got -1.'],
    ['no sigma', [[1, 2]], { centers: [[1, 2]] }, 'sigma must be a finite number, got undefined.'],
    ['a center nowhere', [[1, 2]], { centers: [[0, NaN]], sigma: 1 }, 'point 0 of centers has a coordinate NaN; remove or repair it.'],
    ['options in the mixture', [[1, 2]], { ...square, within: 2 }, 'within is an option: modeCoverage(samples, { centers, sigma }, { within }).'],
    ['images', () => tf.zeros([4, 8, 8, 1]), square, 'samples must be a tensor of shape [n, d], got [4, 8, 8, 1].'],
    ['ragged points', [[1, 2], [3]], square, 'point 1 of samples has 1 dimensions, the first has 2'],
    ['numbers for points', [1, 2], square, 'point 0 of samples must be an array of numbers'],
    ['half a point', { values: new Float32Array(5), dimensions: 2 }, square, 'the number of points in samples (5 values of 2 dimensions) must be an integer'],
    ['no dimensions', { values: new Float32Array(4) }, square, 'dimensions of samples must be an integer of at least 1, got undefined.'],
    ['a dataset for samples', ringOfGaussians({ count: 10 }), square, 'samples must be a tensor [n, d], an array of points'],
    ['nothing', undefined, square, 'samples must be a tensor [n, d], an array of points'],
  ])('%s', async (_, samples, mixture, message) => {
    const points = (typeof samples === 'function' ? samples() : samples) as number[][];
    await expect(modeCoverage(points, mixture as typeof square)).rejects.toThrow(message);
  });

  test('unknown options and values out of range', async () => {
    await expect(modeCoverage([[1, 2]], square, { whithin: 2 } as never)).rejects.toThrow("unknown option 'whithin'. Valid options: within.");
    await expect(modeCoverage([[1, 2]], square, { within: 0 })).rejects.toThrow('within must be above 0, got 0.');
    await expect(modeCoverage([[1, 2]], square, { within: NaN })).rejects.toThrow('within must be a finite number, got NaN.');
  });
});
