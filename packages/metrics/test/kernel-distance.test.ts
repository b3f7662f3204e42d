import { kernelDistance } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const features = (count: number, dimensions: number, seed: number, shift = 0) => ({
  values: numbers(count * dimensions, seed).map((value) => value + shift),
  dimensions,
});

describe('kernelDistance', () => {
  it('of a set of zeros and one of constants is what the kernel says', async () => {
    const [d, s] = [8, 0.5];
    const zeros = { values: new Float32Array(20 * d), dimensions: d };
    const constants = { values: new Float32Array(20 * d).fill(Math.sqrt(s)), dimensions: d };
    const { mean, std } = await kernelDistance(zeros, constants, { subsets: 3, subsetSize: 10 });
    expect(mean).toBeCloseTo(1 + (s + 1) ** 3 - 2, 6);
    expect(std).toBeLessThan(1e-6);
  });

  it('of whole sets is the estimator in double precision', async () => {
    const [m, d] = [12, 5];
    const [a, b] = [features(m, d, 1), features(m, d, 2, 0.3)];
    const kernel = (x: Float32Array, i: number, y: Float32Array, j: number): number => {
      let dot = 0;
      for (let axis = 0; axis < d; axis++) dot += x[i * d + axis]! * y[j * d + axis]!;
      return (dot / d + 1) ** 3;
    };
    let [within, across] = [0, 0];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        if (i !== j) within += kernel(a.values, i, a.values, j) + kernel(b.values, i, b.values, j);
        across += kernel(a.values, i, b.values, j);
      }
    }
    const { mean } = await kernelDistance(a, b, { subsets: 1, subsetSize: m });
    expect(mean).toBeCloseTo(within / (m * (m - 1)) - (2 * across) / (m * m), 5);
  });

  it('is about 0 for the same distribution and not for another, the same for a seed, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const [a, same, other] = [features(300, 6, 1), features(300, 6, 2), features(300, 6, 3, 0.5)];
    const options = { subsets: 20, subsetSize: 100 };
    const near = await kernelDistance(a, same, options);
    const far = await kernelDistance(a, other, options);
    expect(Math.abs(near.mean)).toBeLessThan(3 * near.std);
    expect(far.mean).toBeGreaterThan(10 * Math.abs(near.mean));
    expect(await kernelDistance(a, same, { ...options, seed: 0 })).toEqual(near);
    expect(await kernelDistance(a, same, { ...options, seed: 1 })).not.toEqual(near);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says how far it is, and stops when told', async () => {
    const seen: number[] = [];
    const a = features(20, 3, 1);
    await kernelDistance(a, a, { subsets: 4, subsetSize: 5, onProgress: (share) => seen.push(share) });
    expect(seen).toEqual([0, 0.25, 0.5, 0.75, 1]);
    const stop = new AbortController();
    const before = tf.memory().numTensors;
    const work = kernelDistance(a, a, { subsets: 1e6, subsetSize: 5, signal: stop.signal, onProgress: (share) => share > 1e-6 && stop.abort() });
    await expect(work).rejects.toThrow(/abort/i);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [[features(20, 3, 1), features(8, 3, 1)], { subsetSize: 10 }, 'a subsetSize of 10 needs at least 10 samples, but the second features are 8.'],
    [[features(20, 3, 1), features(20, 4, 1)], {}, 'the first features have 3 dimensions, but the second features have 4'],
    [[features(20, 3, 1), features(20, 3, 1)], { subsetSize: 1 }, 'subsetSize must be'],
    [[features(20, 3, 1), features(20, 3, 1)], { size: 1 }, "unknown option 'size'"],
  ])('refuses what it cannot use (%#)', async ([a, b], options, message) => {
    await expect(kernelDistance(a!, b!, { subsets: 1, subsetSize: 5, ...options } as never)).rejects.toThrow(message);
  });
});
