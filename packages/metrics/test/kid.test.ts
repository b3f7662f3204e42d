import { arrayDataset, rng } from '@ganzoo/core';
import { kid, kernelDistance } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const shape = [4, 4, 1] as const;
const flatten = (images: tf.Tensor4D): tf.Tensor2D => tf.reshape(images, [images.shape[0], -1]);
/** `count` images of noise around a level. */
const noise = (count: number, seed: number, level = 0): Float32Array =>
  numbers(count * 16, seed).map((value) => Math.max(-1, Math.min(1, 0.2 * value + level)));
const dataset = (count: number, seed: number, level = 0) => arrayDataset({ name: 'noise', values: noise(count, seed, level), sampleShape: shape });
const options = { extractor: flatten, samples: 60, batchSize: 16, subsets: 5, subsetSize: 30 };

describe('kid', () => {
  it('is the kernel distance of the features of as many images, whatever they come from, and leaves no tensor', async () => {
    const values = noise(60, 1);
    const images = tf.tensor4d(values, [60, ...shape]);
    const before = tf.memory().numTensors;
    const real = tf.tensor4d(noise(60, 2, 0.3), [60, ...shape]);
    const expected = await kernelDistance({ values, dimensions: 16 }, { values: real.dataSync<'float32'>(), dimensions: 16 }, { subsets: 5, subsetSize: 30 });
    const exact = { ...options, quantize: false };
    expect(await kid({ ...exact, real: images, generated: real })).toEqual(expected);
    const byFunction = (count: number, batch: number): tf.Tensor => tf.slice(real, [batch * 16], [count]);
    expect(await kid({ ...exact, real: images, generated: byFunction })).toEqual(expected);
    const trainer = { sample: (count: number, { seed }: { seed: number }) => tf.slice(real, [seed * 16], [count]) };
    expect(await kid({ ...exact, real: images, generated: trainer, extractor: { name: 'flat', dimensions: 16, features: flatten } })).toEqual(expected);
    real.dispose();
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });

  it('sees images as they would be saved, unless told', async () => {
    const seen: number[] = [];
    const spy = (images: tf.Tensor4D): tf.Tensor2D => {
      seen.push(...images.dataSync());
      return flatten(images);
    };
    const images = tf.fill<tf.Rank.R4>([4, ...shape], 0.1);
    await kid({ real: images, generated: images, extractor: spy, samples: 4, subsets: 1, subsetSize: 4 });
    // 140 of 255.
    for (const value of seen) expect(value).toBeCloseTo(140 / 127.5 - 1, 6);
    images.dispose();
  });

  it('is small for the same distribution and large for another, with datasets', async () => {
    const near = await kid({ ...options, real: dataset(200, 1), generated: dataset(200, 2) });
    const far = await kid({ ...options, real: dataset(200, 1), generated: dataset(200, 3, 0.5) });
    expect(far.mean).toBeGreaterThan(5 * Math.abs(near.mean));
  });

  it('says how far it is, and stops when told, without a tensor left', async () => {
    const parts: number[] = [];
    await kid({ ...options, real: dataset(60, 1), generated: dataset(60, 2), onProgress: (part) => parts.push(part) });
    expect([parts[0], parts.at(-1)]).toEqual([0, 1]);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    const stop = new AbortController();
    const before = tf.memory().numTensors;
    const work = kid({ ...options, real: dataset(60, 1), generated: dataset(60, 2), signal: stop.signal, onProgress: (part) => part > 0.2 && stop.abort() });
    await expect(work).rejects.toThrow(/abort/i);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses sets smaller than a subset before it looks at an image', async () => {
    let looked = 0;
    const extractor = (images: tf.Tensor4D): tf.Tensor2D => {
      looked++;
      return flatten(images);
    };
    const work = kid({ real: dataset(60, 1), generated: dataset(60, 2), extractor });
    await expect(work).rejects.toThrow('a subsetSize of 1000 needs at least 1000 samples, but the real images are 60.');
    expect(looked).toBe(0);
  });

  it('refuses features that change their width from one batch to the next, and leaves no tensor', async () => {
    const images = dataset(60, 1);
    const before = tf.memory().numTensors;
    let batch = 0;
    const extractor = (all: tf.Tensor4D): tf.Tensor2D => tf.tidy(() => tf.slice(flatten(all), [0, 0], [all.shape[0], 16 - batch++]));
    await expect(kid({ ...options, extractor, real: images, generated: images })).rejects.toThrow(
      'the extractor must make features [16, 16] of 16 images of the real images, got [16, 15]',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ extractor: 7 }, "extractor must be a function from images to features, or have one as 'features'"],
    [{ extractor: (images: tf.Tensor4D) => tf.mean(images) }, 'the extractor must make features [16, d] of 16 images of the real images, got []'],
    [{ real: rng(0).normal([60, 2]) }, 'the real images must be images [n, height, width, channels] in [-1, 1], got [60, 2]'],
    [{ real: rng(0).normal([9, 4, 4, 1]) }, 'the real images are 9 images, but 60 are asked for. Lower samples, or give more.'],
    [{ generated: () => 3 }, 'the generated images must be images [n, height, width, channels] in [-1, 1], got number'],
    [{ sample: 3 }, "unknown option 'sample'"],
    [{ samples: 1 }, 'samples must be'],
    [{ subsets: 0 }, 'subsets must be an integer of at least 1, got 0'],
  ])('refuses what it cannot use (%#)', async (wrong, message) => {
    await expect(kid({ ...options, real: dataset(60, 1), generated: dataset(60, 2), ...wrong } as never)).rejects.toThrow(message);
  });
});
