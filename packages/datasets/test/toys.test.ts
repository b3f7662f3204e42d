import { rng } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import { gridOfGaussians, ringOfGaussians, swissRoll } from '@ganzoo/datasets';
import type { GaussianMixture } from '@ganzoo/datasets';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

interface Points {
  readonly values: Float32Array;
  readonly labels: Int32Array | undefined;
}

async function allPoints(dataset: Dataset): Promise<Points> {
  for await (const { batch } of dataset.batches({ size: dataset.size as number, rng: rng(0) })) {
    const values = (await batch.samples.data()) as Float32Array;
    const labels = batch.labels && ((await batch.labels.data()) as Int32Array);
    tf.dispose(batch.samples);
    if (batch.labels) tf.dispose(batch.labels);
    return { values, labels };
  }
  throw new Error('no batch');
}

/** Counts of each mode, and the standard deviation of the points around the center their label names. */
async function spread(dataset: GaussianMixture): Promise<{ counts: number[]; deviation: number; means: number[][]; within3Sigma: number }> {
  const { values, labels } = await allPoints(dataset);
  const counts = dataset.centers.map(() => 0);
  const sums = dataset.centers.map(() => [0, 0]);
  let [squares, near] = [0, 0];
  (labels as Int32Array).forEach((label, i) => {
    const center = dataset.centers[label] as number[];
    const dx = (values[2 * i] as number) - (center[0] as number);
    const dy = (values[2 * i + 1] as number) - (center[1] as number);
    counts[label] = (counts[label] as number) + 1;
    const sum = sums[label] as number[];
    sum[0] = (sum[0] as number) + dx;
    sum[1] = (sum[1] as number) + dy;
    squares += dx * dx + dy * dy;
    if (Math.hypot(dx, dy) < 3 * dataset.sigma) near++;
  });
  const count = (labels as Int32Array).length;
  return {
    counts,
    deviation: Math.sqrt(squares / (2 * count)),
    means: sums.map((sum, mode) => sum.map((s) => s / (counts[mode] as number))),
    within3Sigma: near / count,
  };
}

function expectMixture(found: Awaited<ReturnType<typeof spread>>, count: number, sigma: number): void {
  const modes = found.counts.length;
  // Five standard deviations of a binomial count, and of a mean.
  const slack = 5 * Math.sqrt((count / modes) * (1 - 1 / modes));
  for (const each of found.counts) expect(Math.abs(each - count / modes)).toBeLessThan(slack);
  expect(Math.abs(found.deviation / sigma - 1)).toBeLessThan(0.02);
  for (const offset of found.means.flat()) expect(Math.abs(offset)).toBeLessThan((5 * sigma) / Math.sqrt(count / modes));
  // What a Gaussian of the plane has within three of its standard deviations: 1 - exp(-4.5).
  expect(found.within3Sigma).toBeCloseTo(0.9889, 2);
}

describe('ringOfGaussians', () => {
  test('eight equally likely modes on the unit circle, sigma 0.01', async () => {
    const ring = ringOfGaussians();
    expect(ring).toMatchObject({ size: 100_000, sampleShape: [2], sigma: 0.01 });
    expect(ring.centers).toHaveLength(8);
    for (const [x, y] of ring.centers) expect(Math.hypot(x as number, y as number)).toBeCloseTo(1, 12);
    expect(ring.centers[2]?.[1]).toBeCloseTo(1, 12);
    expectMixture(await spread(ring), 100_000, 0.01);
  });

  test('takes modes, radius, sigma and count', async () => {
    const ring = ringOfGaussians({ modes: 3, radius: 2, sigma: 0.1, count: 9000 });
    expect(ring.centers[0]).toEqual([2, 0]);
    expectMixture(await spread(ring), 9000, 0.1);
  });
});

describe('gridOfGaussians', () => {
  test('25 modes at -4 to 4, sigma 0.05', async () => {
    const grid = gridOfGaussians();
    expect(grid).toMatchObject({ size: 100_000, sigma: 0.05 });
    const axis = [-4, -2, 0, 2, 4];
    expect(grid.centers).toEqual(axis.flatMap((x) => axis.map((y) => [x, y])));
    expectMixture(await spread(grid), 100_000, 0.05);
  });

  test('takes side and spacing', () => {
    expect(gridOfGaussians({ side: 2, spacing: 3, count: 10 }).centers).toEqual([
      [-1.5, -1.5],
      [-1.5, 1.5],
      [1.5, -1.5],
      [1.5, 1.5],
    ]);
  });
});

describe('swissRoll', () => {
  test('lies on the spiral, give or take its noise', async () => {
    const { values, labels } = await allPoints(swissRoll({ count: 20_000 }));
    expect(labels).toBeUndefined();
    let squares = 0;
    let widest = 0;
    for (let i = 0; i < values.length; i += 2) {
      const [x, y] = [(values[i] as number) * 7.5, (values[i + 1] as number) * 7.5];
      widest = Math.max(widest, Math.hypot(x, y));
      // On the spiral the radius is the angle; the turns are 2 pi apart.
      const turns = (Math.hypot(x, y) - Math.atan2(y, x)) / (2 * Math.PI);
      squares += ((turns - Math.round(turns)) * 2 * Math.PI) ** 2;
    }
    expect(Math.abs(Math.sqrt(squares / 20_000) - 0.25)).toBeLessThan(0.01);
    expect(widest).toBeGreaterThan(4.5 * Math.PI - 0.1);
    expect(widest).toBeLessThan(4.5 * Math.PI + 1.5);
  });

  test('without noise it is the spiral itself, scaled', async () => {
    const { values } = await allPoints(swissRoll({ count: 500, noise: 0, scale: 2 }));
    for (let i = 0; i < values.length; i += 2) {
      const radius = Math.hypot(values[i] as number, values[i + 1] as number) / 2;
      expect(radius).toBeGreaterThan(1.5 * Math.PI - 1e-4);
      expect(radius).toBeLessThan(4.5 * Math.PI + 1e-4);
      expect(Math.cos(radius) * radius * 2).toBeCloseTo(values[i] as number, 3);
      expect(Math.sin(radius) * radius * 2).toBeCloseTo(values[i + 1] as number, 3);
    }
  });
});

test.each([
  ['ringOfGaussians', ringOfGaussians],
  ['gridOfGaussians', gridOfGaussians],
  ['swissRoll', swissRoll],
])('%s: the same seed gives the same points, another seed others; a wrong option is an error', async (_, toy) => {
  const [once, again, other] = await Promise.all([3, 3, 4].map((seed) => allPoints(toy({ seed, count: 50 }))));
  expect(once?.values).toEqual(again?.values);
  expect(once?.values).not.toEqual(other?.values);
  expect(() => toy({ cout: 5 } as never)).toThrow(/unknown option 'cout'/);
  expect(() => toy({ count: 0 })).toThrow(/count must be an integer of at least 1, got 0/);
  expect(() => toy({ seed: -1 })).toThrow(/seed/);
});

test('values out of range are refused', () => {
  expect(() => ringOfGaussians({ modes: 0 })).toThrow(/modes/);
  expect(() => ringOfGaussians({ sigma: -1 })).toThrow(/sigma/);
  expect(() => gridOfGaussians({ side: 1.5 })).toThrow(/side/);
  expect(() => swissRoll({ noise: NaN })).toThrow(/noise/);
});
