import '@ganzoo/wasm';
import { rng } from '@ganzoo/core';
import { stackedMnist } from '@ganzoo/datasets';
import { mnist } from '@ganzoo/datasets/node';
import { mnistClassifier, stackedModes, type Classifier } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';

beforeEach(async () => {
  await tf.setBackend('cpu');
});

/** Tells the class that the first pixel of an image says, and counts how many it is shown at once. */
function reader(classes = 10, shown: number[] = []): Pick<Classifier, 'classes' | 'logits'> {
  return {
    classes,
    logits(images) {
      shown.push(images.shape[0]);
      return tf.tidy(() => tf.cast(tf.oneHot(tf.cast(tf.reshape(tf.slice(images, 0, [-1, 1, 1, 1]), [-1]), 'int32'), this.classes), 'float32') as tf.Tensor2D);
    },
  };
}

/** Images of 2 x 2 pixels whose channels say the digits of a number. */
function spelling(numbers: readonly number[], channels = 3, classes = 10): tf.Tensor4D {
  const digits = numbers.flatMap((number) => Array.from({ length: channels }, (_, at) => Math.floor(number / classes ** (channels - 1 - at)) % classes));
  return tf.tidy(() => tf.tile(tf.tensor4d(digits, [numbers.length, 1, 1, channels]), [1, 2, 2, 1]));
}

describe('stackedModes', () => {
  it('counts every mode of images that spell them', async () => {
    const images = spelling(Array.from({ length: 1000 }, (_, i) => i));
    const before = tf.memory().numTensors;
    const shown: number[] = [];
    expect(await stackedModes(images, { classifier: reader(10, shown), samples: 1000, batchSize: 300 })).toEqual({
      modes: 1000,
      total: 1000,
      reverseKl: 0,
      counts: Array.from({ length: 1000 }, () => 1),
    });
    expect(shown).toEqual([900, 900, 900, 300]);
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });

  it('says which modes there are, the first channel being the hundreds, and how uneven they are', async () => {
    const images = spelling([7, 700, 700, 123]);
    const { modes, reverseKl, counts } = await stackedModes(images, { classifier: reader(), samples: 4, batchSize: 3 });
    expect([modes, counts[7], counts[70], counts[700], counts[123], counts.length]).toEqual([3, 1, 0, 2, 1, 1000]);
    expect(reverseKl).toBeCloseTo(0.5 * Math.log(0.25 * 1000) + 0.5 * Math.log(0.5 * 1000), 12);
    images.dispose();
  });

  it('takes other classes in other channels', async () => {
    const images = spelling([0, 15, 15, 5], 2, 4);
    const { modes, total, counts } = await stackedModes(images, { classifier: reader(4), samples: 4 });
    expect([modes, total, counts[15], counts[5]]).toEqual([3, 16, 2, 1]);
    images.dispose();
  });

  it('of digits that are stacked are what their labels say, but for a few that are hard to read', async () => {
    await tf.setBackend('wasm');
    const stacks = stackedMnist(await mnist({ split: 'test' }));
    const samples = 200;
    const expected = Array.from({ length: 1000 }, () => 0);
    for await (const { batch } of stacks.batches({ size: samples, rng: rng(0) })) {
      for (const label of await batch.labels!.data()) expected[label]! += 1;
      tf.dispose({ ...batch });
      break;
    }
    const classifier = await mnistClassifier();
    const { modes, counts } = await stackedModes(stacks, { classifier, samples, batchSize: samples });
    classifier.dispose();
    const wrong = counts.reduce((sum, count, mode) => sum + Math.max(0, count - expected[mode]!), 0);
    // It tells 99.57 % of the digits, hence 98.7 % of the stacks.
    expect(wrong).toBeLessThanOrEqual(0.03 * samples);
    expect(Math.abs(modes - expected.filter((count) => count > 0).length)).toBeLessThanOrEqual(0.03 * samples);
  });

  it('says how far it is, and stops with the reason, leaving nothing', async () => {
    const images = spelling(Array.from({ length: 8 }, (_, i) => i));
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const options = { classifier: reader(), samples: 8, batchSize: 2 };
    await stackedModes(images, { ...options, onProgress: (share) => seen.push(share) });
    expect(seen).toEqual([0, 0.25, 0.5, 0.75, 1]);
    const stop = new AbortController();
    const work = stackedModes(images, { ...options, signal: stop.signal, onProgress: (share) => share > 0.4 && stop.abort('enough') });
    await expect(work).rejects.toBe('enough');
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });

  const three = [1, 2, 3];
  const nan = { classes: 10, logits: (images: tf.Tensor4D) => tf.fill<tf.Rank.R2>([images.shape[0], 10], Number.NaN) };
  const mute = { classes: 10, logits: (): never => fail('mute') };
  it.each<[string, object, string]>([
    [
      'an unknown option',
      { classifier: reader(), count: 3 },
      "unknown option 'count'. Valid options: batchSize, classifier, onProgress, samples, seed, signal.",
    ],
    ['no classifier', {}, "classifier must tell classes by a function 'logits'"],
    ['a single class', { classifier: reader(1) }, 'the classes of the classifier must be an integer of at least 2, got 1.'],
    ['no samples', { classifier: reader(), samples: 0 }, 'samples must be an integer of at least 2, got 0.'],
    ['fewer images than it asks for', { classifier: reader() }, 'the images are 3 images, but 26000 are asked for.'],
    ['too many modes', { classifier: reader(1008), samples: 3 }, '1008 classes in 3 channels are 1024192512 modes, more than 10000000 can be counted.'],
    [
      'logits of other classes',
      { classifier: { classes: 4, logits: (x: tf.Tensor4D) => tf.zeros([x.shape[0], 10]) }, samples: 3 },
      'the classifier must make logits [9, 4] of as many channels, got [9, 10].',
    ],
    ['logits that are not finite', { classifier: nan, samples: 3 }, 'point 0 of the logits of the classifier has a coordinate NaN'],
    ['a classifier that fails', { classifier: mute, samples: 3 }, 'mute'],
  ])('refuses %s, and leaves no tensor', async (_, options, message) => {
    const images = spelling(three);
    const before = tf.memory().numTensors;
    await expect(stackedModes(images, options as never)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  });

  it('refuses images that change their channels', async () => {
    const source = (count: number, batch: number): tf.Tensor => tf.zeros([count, 2, 2, 3 - batch]);
    await expect(stackedModes(source, { classifier: reader(), samples: 4, batchSize: 2 })).rejects.toThrow(
      'the images had other channels before than these 2;',
    );
  });
});

function fail(message: string): never {
  throw new Error(message);
}
