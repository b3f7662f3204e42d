import { arrayDataset, memory, type Dataset, type Store } from '@ganzoo/core';
import { imageStatistics, type FeatureExtractor } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const noise = (name: string, count = 40): Dataset => arrayDataset({ name, values: numbers(count * 16, 1).map(Math.tanh), sampleShape: [4, 4, 1] });

/** Counts the images it is shown. */
function counting(name: string): FeatureExtractor & { seen: number } {
  const extractor = {
    name,
    dimensions: 16,
    seen: 0,
    features(images: tf.Tensor4D) {
      extractor.seen += images.shape[0];
      return tf.reshape<tf.Rank.R2>(images, [images.shape[0], 16]);
    },
  };
  return extractor;
}

/** A store whose files can be looked at and changed. */
function open(): Store & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    describe: 'open',
    files,
    read: async (name) => files.get(name),
    commit: async (changed) => {
      for (const [name, bytes] of changed) files.set(name, bytes);
    },
  };
}

describe('the cache of imageStatistics', () => {
  it('serves the second time, with the same numbers, in another process too', async () => {
    const [cache, extractor] = [open(), counting('pixels')];
    const first = await imageStatistics({ images: noise('noise'), extractor, cache });
    expect(extractor.seen).toBe(40);
    const again = await imageStatistics({ images: noise('noise'), extractor, cache });
    expect(extractor.seen).toBe(40);
    expect([again.mean(), again.covariance()]).toEqual([first.mean(), first.covariance()]);
    expect([...cache.files.keys()].sort()).toEqual([
      expect.stringMatching(/^noise-pixels-[0-9a-f]{8}\.json$/),
      expect.stringMatching(/^noise-pixels-[0-9a-f]{8}\.npz$/),
    ]);
  });

  it.each<[string, object, number]>([
    ['another dataset', { images: noise('other') }, 80],
    ['a dataset of another size', { images: noise('noise', 50) }, 90],
    ['fewer samples', { samples: 30 }, 70],
    ['other ones of them', { samples: 30, seed: 4 }, 70],
    ['no rounding', { quantize: false }, 80],
    ['all of them in another order', { seed: 4 }, 40],
    ['other batches', { batchSize: 7 }, 40],
  ])('tells %s apart where it matters', async (_, change, seen) => {
    const [cache, extractor] = [memory(), counting('pixels')];
    const options = { images: noise('noise'), extractor, cache };
    await imageStatistics(options);
    await imageStatistics({ ...options, ...change });
    expect(extractor.seen).toBe(seen);
  });

  it('tells extractors apart by their names', async () => {
    const cache = memory();
    for (const name of ['pixels', 'pixels clean']) {
      const extractor = counting(name);
      await imageStatistics({ images: noise('noise'), extractor, cache });
      expect(extractor.seen).toBe(40);
    }
  });

  it.each(['.npz', '.json'])('makes anew what was altered or cut: the %s', async (kind) => {
    for (const harm of [
      (bytes: Uint8Array) => bytes.subarray(0, 100),
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)),
    ]) {
      const [cache, extractor] = [open(), counting('pixels')];
      const options = { images: noise('noise'), extractor, cache };
      const first = await imageStatistics(options);
      const [name, bytes] = [...cache.files].find(([file]) => file.endsWith(kind)) as [string, Uint8Array];
      cache.files.set(name, harm(bytes));
      const again = await imageStatistics(options);
      expect(extractor.seen).toBe(80);
      expect(again.covariance()).toEqual(first.covariance());
      expect(cache.files.get(name)).toEqual(bytes);
    }
  });

  it('reports progress to the end, and is abortable, with and without a hit', async () => {
    const [cache, extractor] = [memory(), counting('pixels')];
    for (let time = 0; time < 2; time++) {
      const parts: number[] = [];
      await imageStatistics({ images: noise('noise'), extractor, cache, onProgress: (part) => parts.push(part) });
      expect(parts.at(-1)).toBe(1);
    }
    await expect(imageStatistics({ images: noise('noise'), extractor, cache, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('refuses what has no name of its own', async () => {
    const [cache, extractor] = [memory(), counting('pixels')];
    const images = tf.zeros<tf.Rank.R4>([4, 4, 4, 1]);
    await expect(imageStatistics({ images, extractor, cache })).rejects.toThrow('cache is for datasets, whose names tell them apart');
    images.dispose();
    await expect(imageStatistics({ images: noise('noise'), extractor: (all) => extractor.features(all), cache })).rejects.toThrow(
      "cache needs an extractor with a name of its own: { name: 'pixels 1', dimensions, features }",
    );
  });
});
