import '@ganzoo/wasm';
import { arrayDataset, type Dataset } from '@ganzoo/core';
import { ganTrain } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
});

/** Images 8x8 of noise with a bright bar, across or upright by class, at a random place. */
function bars(count: number, seed: number, label = (image: number): number => image % 2): Dataset {
  const values = numbers(count * 64, seed).map((value) => Math.max(-1, Math.min(1, 0.3 * value - 0.5)));
  const labels = Array.from({ length: count }, (_, image) => label(image));
  for (let image = 0; image < count; image++) {
    const place = (image >> 1) % 8;
    for (let i = 0; i < 8; i++) values[64 * image + (image % 2 === 0 ? place * 8 + i : i * 8 + place)] = 1;
  }
  return arrayDataset({ name: 'bars', values, sampleShape: [8, 8, 1], labels });
}

const options = { epochs: 6 };

describe('ganTrain', () => {
  it('is high for images of the same classes, at chance for those whose classes mean nothing, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const parts: number[] = [];
    const good = await ganTrain({ ...options, generated: bars(400, 1), test: bars(200, 2), onProgress: (part) => parts.push(part) });
    expect(good.accuracy).toBeGreaterThan(0.95);
    expect(good.perClass).toHaveLength(2);
    expect([parts[0], parts.at(-1)]).toEqual([0, 1]);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    // By the place of the bar, which has nothing to do with its direction.
    const random = await ganTrain({ ...options, generated: bars(400, 1, (image) => (image >> 4) % 2), test: bars(200, 2) });
    expect(random.accuracy).toBeLessThan(0.75);
    // A class that was never generated.
    const half = await ganTrain({ ...options, generated: bars(400, 1, () => 0), test: bars(200, 2) });
    expect(half).toEqual({ accuracy: 0.5, perClass: [1, 0] });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes the classes of a labeller where it is given one, and the same seed gives the same', async () => {
    const labeller = {
      /** Rows against columns: which has the brightest mean. */
      logits: (images: tf.Tensor4D) =>
        tf.tidy(
          () =>
            tf.stack(
              [2, 1].map((axis) => tf.max(tf.mean(tf.squeeze(images, [3]), axis), 1)),
              1,
            ) as tf.Tensor2D,
        ),
    };
    const images = await all(bars(300, 1));
    const before = tf.memory().numTensors;
    const first = await ganTrain({ ...options, generated: images, labeller, test: bars(200, 2) });
    expect(first.accuracy).toBeGreaterThan(0.9);
    expect(await ganTrain({ ...options, generated: images, labeller, test: bars(200, 2) })).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });

  it('stops when told, without a tensor left', async () => {
    const before = tf.memory().numTensors;
    for (const at of [0.05, 0.5, 0.95]) {
      const stop = new AbortController();
      const work = ganTrain({ epochs: 1, generated: bars(100, 1), test: bars(60, 2), signal: stop.signal, onProgress: (part) => part >= at && stop.abort() });
      await expect(work).rejects.toThrow(/abort/i);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a dataset that ends before it has given its size', async () => {
    const endless = bars(60, 1);
    const batches: Dataset['batches'] = async function* (request) {
      for await (const one of endless.batches(request)) {
        yield one;
        return;
      }
    };
    const generated = { ...endless, size: 600, batches };
    await expect(ganTrain({ ...options, generated, test: bars(60, 2) })).rejects.toThrow(/the generated images ended after \d+ images, but 600 are asked for/);
  });

  it.each([
    [
      { generated: () => tf.zeros([4, 8, 8, 1]) },
      'the generated images have no classes. Give a dataset with labels, or a labeller such as await mnistClassifier().',
    ],
    [{ generated: arrayDataset({ name: 'plain', values: new Float32Array(128), sampleShape: [8, 8, 1] }) }, 'the generated images have no classes'],
    [
      { test: arrayDataset({ name: 'wide', values: new Float32Array(256), sampleShape: [8, 16, 1], labels: [0, 1] }) },
      'the test images are [8, 16, 1], but the generated ones [8, 8, 1]',
    ],
    [{ samples: 500 }, 'the generated images are 60 images, but 500 are asked for'],
    [{ epochs: 0 }, 'epochs must be an integer of at least 1, got 0'],
    [{ extractor: 1 }, "unknown option 'extractor'"],
  ])('refuses what it cannot use (%#)', async (wrong, message) => {
    await expect(ganTrain({ ...options, generated: bars(60, 1), test: bars(60, 2), ...wrong } as never)).rejects.toThrow(message);
  });
});

/** In their order. */
async function all(dataset: Dataset): Promise<tf.Tensor4D> {
  for await (const { batch } of dataset.batches({
    size: dataset.size as number,
    rng: { fork: () => ({ permutation: (n: number) => Uint32Array.from({ length: n }, (_, i) => i) }) } as never,
  })) {
    batch.labels?.dispose();
    return batch.samples as tf.Tensor4D;
  }
  throw new Error('empty');
}
