import { arrayDataset } from '@ganzoo/core';
import { FeatureStatistics, fid, frechetDistance, imageStatistics } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const shape = [4, 4, 1] as const;
const extractor = function pixels(images: tf.Tensor4D): tf.Tensor2D {
  return tf.reshape(images, [images.shape[0], -1]);
};
const noise = (count: number, seed: number): Float32Array => numbers(count * 16, seed).map((value) => Math.max(-0.7, Math.min(0.7, 0.2 * value)));
const dataset = (values: Float32Array) => arrayDataset({ name: 'noise', values, sampleShape: shape });
const options = { extractor, samples: 100, batchSize: 32, quantize: false };

describe('fid', () => {
  it('is the Fréchet distance of the features, from images or from their statistics, and leaves no tensor', async () => {
    const [a, b] = [noise(100, 1), noise(100, 2).map((value) => 0.5 * value + 0.1)];
    const expected = await frechetDistance({ values: a, dimensions: 16 }, { values: b, dimensions: 16 });
    const before = tf.memory().numTensors;
    expect(await fid({ ...options, real: dataset(a), generated: dataset(b) })).toBeCloseTo(expected, 8);
    const statistics = await imageStatistics({ ...options, images: dataset(a) });
    expect(statistics.count).toBe(100);
    for (let again = 0; again < 2; again++) expect(await fid({ ...options, real: statistics, generated: dataset(b) })).toBeCloseTo(expected, 8);
    const loaded = FeatureStatistics.fromNpz(statistics.toNpz());
    expect(await fid({ ...options, real: dataset(b), generated: loaded })).toBeCloseTo(expected, 6);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of the same images brighter by .2 is the square of that for each pixel', async () => {
    const a = noise(100, 1);
    expect(await fid({ ...options, real: dataset(a), generated: dataset(a.map((value) => value + 0.2)) })).toBeCloseTo(16 * 0.04, 5);
  });

  it('rounds to the levels images are saved in, unless told', async () => {
    const [a, b] = [new Float32Array(1600).fill(0.1001), new Float32Array(1600).fill(0.0999)];
    const [real, generated] = [dataset(a), dataset(b)];
    expect(await fid({ ...options, quantize: true, real, generated })).toBeCloseTo(0, 12);
    expect(await fid({ ...options, real, generated })).toBeGreaterThan(1e-7);
  });

  it('says how far it is, and stops when told, without a tensor left', async () => {
    const [real, generated] = [dataset(noise(100, 1)), dataset(noise(100, 2))];
    const parts: number[] = [];
    await fid({ ...options, real, generated, onProgress: (part) => parts.push(part) });
    expect([parts[0], parts.at(-1)]).toEqual([0, 1]);
    expect(parts).toEqual([...parts].sort((x, y) => x - y));
    const before = tf.memory().numTensors;
    for (const at of [0, 0.2, 0.5]) {
      const stop = new AbortController();
      await expect(fid({ ...options, real, generated, signal: stop.signal, onProgress: (part) => part >= at && stop.abort() })).rejects.toThrow(/abort/i);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses statistics of another extractor, or of other dimensions', async () => {
    const images = dataset(noise(100, 1));
    const half = function halves(all: tf.Tensor4D): tf.Tensor2D {
      return tf.tidy(() => tf.slice(extractor(all), [0, 0], [-1, 8]));
    };
    const statistics = await imageStatistics({ ...options, extractor: half, images });
    await expect(fid({ ...options, real: statistics, generated: images })).rejects.toThrow(
      "the statistics of the real images were made by the extractor 'halves', and this is 'pixels'. Make them anew, by imageStatistics().",
    );
    await expect(fid({ ...options, real: FeatureStatistics.fromNpz(statistics.toNpz()), generated: images })).rejects.toThrow(/8 .*16/);
  });

  it.each([
    [{ samples: 300 }, 'the real images are 100 images, but 300 are asked for'],
    [{ images: 1 }, "unknown option 'images'"],
    [{ extractor: (all: tf.Tensor4D) => tf.tidy(() => tf.mul(extractor(all), Number.NaN)) }, /NaN/],
  ])('refuses what it cannot use (%#)', async (wrong, message) => {
    const real = tf.tensor4d(noise(100, 1), [100, ...shape]);
    const before = tf.memory().numTensors;
    await expect(fid({ ...options, real, generated: real, ...wrong } as never)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    real.dispose();
  });
});
