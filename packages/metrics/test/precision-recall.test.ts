import { densityCoverage, precisionRecall } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const features = (count: number, dimensions: number, seed: number, scale = 1, shift = 0) => ({
  values: numbers(count * dimensions, seed).map((value) => scale * value + shift),
  dimensions,
});
type Features = ReturnType<typeof features>;

/** All four by their definitions, in double precision. */
function oracle(real: Features, fake: Features, k: number, within: (distance: number, ball: number) => boolean) {
  const d = real.dimensions;
  const apart = (a: Features, i: number, b: Features, j: number): number =>
    Math.hypot(...Array.from({ length: d }, (_, axis) => a.values[i * d + axis]! - b.values[j * d + axis]!));
  const all = (set: Features): number[] => Array.from({ length: set.values.length / d }, (_, i) => i);
  const ball = (set: Features, i: number): number =>
    all(set)
      .filter((j) => j !== i)
      .map((j) => apart(set, i, set, j))
      .sort((a, b) => a - b)[k - 1]!;
  const [realBalls, fakeBalls] = [real, fake].map((set) => all(set).map((i) => ball(set, i))) as [number[], number[]];
  const share = (flags: boolean[]): number => flags.filter(Boolean).length / flags.length;
  const inReal = (j: number): number => all(real).filter((i) => within(apart(fake, j, real, i), realBalls[i]!)).length;
  return {
    precision: share(all(fake).map((j) => inReal(j) > 0)),
    recall: share(all(real).map((i) => all(fake).some((j) => within(apart(real, i, fake, j), fakeBalls[j]!)))),
    density: all(fake).reduce((sum, j) => sum + inReal(j), 0) / (k * all(fake).length),
    coverage: share(all(real).map((i) => all(fake).some((j) => within(apart(real, i, fake, j), realBalls[i]!)))),
  };
}

describe('precision, recall, density and coverage', () => {
  it('are what their definitions say, for sets of different sizes and any k', async () => {
    for (const k of [1, 3, 6]) {
      const [real, fake] = [features(40, 3, 1), features(27, 3, 2, 0.6, 0.4)];
      const { precision, recall } = oracle(real, fake, k, (distance, ball) => distance <= ball);
      const { density, coverage } = oracle(real, fake, k, (distance, ball) => distance < ball);
      expect(await precisionRecall(real, fake, { k })).toEqual({ precision, recall });
      const got = await densityCoverage(real, fake, { k });
      expect(got.coverage).toBe(coverage);
      expect(got.density).toBeCloseTo(density, 12);
    }
  });

  it('of a set with itself are all 1', async () => {
    const set = features(200, 16, 1);
    expect(await precisionRecall(set, set)).toEqual({ precision: 1, recall: 1 });
    const { density, coverage } = await densityCoverage(set, set);
    expect(coverage).toBe(1);
    expect(density).toBeCloseTo(1, 2);
  });

  it('of two draws of 1000 from one distribution are as the paper derives', async () => {
    let missed = 1;
    for (let j = 1; j <= 5; j++) missed *= (1000 - j) / (2000 - j);
    const draws = 6;
    let [density, coverage] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      const got = await densityCoverage(features(1000, 8, 2 * draw), features(1000, 8, 2 * draw + 1));
      density += got.density / draws;
      coverage += got.coverage / draws;
    }
    expect(Math.abs(coverage - (1 - missed))).toBeLessThan(0.008);
    expect(Math.abs(density - 1)).toBeLessThan(0.04);
  });

  it('of a collapsed generator: precise, with little recall and coverage', async () => {
    const [real, fake] = [features(400, 4, 1), features(400, 4, 2, 0.02)];
    const { precision, recall } = await precisionRecall(real, fake);
    expect(precision).toBeGreaterThan(0.8);
    expect(recall).toBeLessThan(0.3);
    expect((await densityCoverage(real, fake)).coverage).toBeLessThan(0.3);
  });

  it('lose no digits to a large mean, and leave no tensor', async () => {
    const before = tf.memory().numTensors;
    const [real, fake] = [features(60, 4, 1, 1, 500), features(60, 4, 2, 1, 500)];
    const { precision, recall } = oracle(real, fake, 3, (distance, ball) => distance <= ball);
    expect(await precisionRecall(real, fake)).toEqual({ precision, recall });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('say how far they are, and stop when told', async () => {
    const set = features(50, 2, 1);
    const seen: number[] = [];
    await precisionRecall(set, set, { onProgress: (share) => seen.push(share) });
    expect(seen).toEqual([0, 1 / 3, 2 / 3, 1]);
    const stop = new AbortController();
    const before = tf.memory().numTensors;
    await expect(densityCoverage(set, set, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(/abort/i);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [[features(3, 2, 1), features(9, 2, 1)], {}, 'k = 3 needs at least 4 samples, but the real features are 3.'],
    [[features(9, 2, 1), features(9, 3, 1)], {}, 'the real features have 2 dimensions, but the generated features have 3'],
    [[features(9, 2, 1), features(9, 2, 1)], { k: 0 }, 'k must be'],
    [[features(9, 2, 1), features(9, 2, 1)], { nearest: 3 }, "unknown option 'nearest'"],
    [[features(9, 2, 1), { values: new Float32Array(18).fill(NaN), dimensions: 2 }], {}, 'point 0 of the generated features has a coordinate NaN'],
  ])('refuse what they cannot use (%#)', async ([real, fake], options, message) => {
    await expect(precisionRecall(real!, fake!, options as never)).rejects.toThrow(message);
  });
});
