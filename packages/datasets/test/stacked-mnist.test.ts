import '@ganzoo/wasm';
import { arrayDataset, rng, type Dataset, type Drawn } from '@ganzoo/core';
import { datasetSuite } from '@ganzoo/core/testing';
import { stackedMnist } from '@ganzoo/datasets';
import { mnist } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Digits of 2 x 1 pixels: the label in tenths, and the sample's number in thousandths. */
const count = 40;
const labels = Array.from({ length: count }, (_, i) => i % 10);
const values = Float32Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? labels[at >> 1]! / 10 : (at >> 1) / 1000));
const digits = arrayDataset({ name: 'digits', values, sampleShape: [2, 1, 1], labels });

/** The first batch. */
async function first(dataset: Dataset, size: number, seed = 0): Promise<Drawn> {
  for await (const drawn of dataset.batches({ size, rng: rng(seed) })) return drawn;
  throw new Error('no batch');
}

describe.each<[string, () => Promise<Dataset>, number[], number]>([
  ['three digits', async () => stackedMnist(await mnist({ split: 'test' })), [28, 28, 3], 1000],
  ['two', async () => stackedMnist(digits, { channels: 2 }), [2, 1, 2], 100],
])('%s on top of each other conform', (_, make, sampleShape, classes) => {
  it.each(datasetSuite({ make, sampleShape, classes }))('$name', ({ run }) => run());
});

describe('stackedMnist', () => {
  it('says what it knows of itself', async () => {
    const stacks = stackedMnist(await mnist({ split: 'test' }));
    expect(stacks).toMatchObject({ name: 'stacked mnist test', sampleShape: [28, 28, 3], range: [-1, 1] });
    // A pass over the digits is none over the stacks.
    expect(stacks.size).toBeUndefined();
    const { range: _, sampleShape: __, ...silent } = digits;
    expect(Object.keys(stackedMnist(silent)).sort()).toEqual(['batches', 'name']);
  });

  it('labels stacks with the number that their channels spell, the first being the hundreds', async () => {
    const { batch } = await first(stackedMnist(digits), 64);
    const pixels = (await batch.samples.array()) as number[][][][];
    const spelt = pixels.map((stack) => stack[0]![0]!.map((tenth) => Math.round(10 * tenth)).join(''));
    expect([...(await batch.labels!.data())].map((number) => String(number).padStart(3, '0'))).toEqual(spelt);
    tf.dispose({ ...batch });
  });

  it('shows every digit once a pass in each channel, in orders that have nothing to do with each other', async () => {
    const { batch } = await first(stackedMnist(digits), count);
    const pixels = (await batch.samples.array()) as number[][][][];
    const orders = [0, 1, 2].map((channel) => pixels.map((stack) => Math.round(1000 * stack[1]![0]![channel]!)));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    // Permutations of 40 agree in one place on average, and hardly ever in five.
    const agreements = (a: number[], b: number[]): number => a.filter((sample, at) => sample === b[at]).length;
    expect(Math.max(agreements(orders[0]!, orders[1]!), agreements(orders[0]!, orders[2]!), agreements(orders[1]!, orders[2]!))).toBeLessThan(5);
    tf.dispose({ ...batch });
  });

  it('has as good as all modes in a pass over the digits', async () => {
    const { batch } = await first(stackedMnist(await mnist({ split: 'test' })), 10_000);
    const modes = new Set(await batch.labels!.data());
    tf.dispose({ ...batch });
    // 1000 modes of 10 stacks each are missed with a probability of exp(-10) and a little more for rare digits.
    expect(modes.size).toBeGreaterThanOrEqual(997);
  });

  it('ends with the digits, ends their walks, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    let [begun, open] = [0, 0];
    const brief: Dataset = {
      name: 'brief',
      async *batches(request) {
        // Of three walks the second ends, when the first has drawn already.
        let left = begun++ === 1 ? 3 : Infinity;
        open++;
        try {
          for await (const drawn of digits.batches(request)) {
            if (left-- === 0) return tf.dispose({ ...drawn.batch });
            yield drawn;
          }
        } finally {
          open--;
        }
      },
    };
    let batches = 0;
    for await (const { batch } of stackedMnist(brief).batches({ size: 4, rng: rng(0) })) {
      batches++;
      tf.dispose({ ...batch });
    }
    expect([batches, begun, open, tf.memory().numTensors]).toEqual([3, 3, 0, before]);
  });

  it.each<[string, Dataset, string]>([
    ['no labels', arrayDataset({ name: 'points', values, sampleShape: [2, 1, 1] }), "'points' has no labels, so that nobody knows what is stacked."],
    ['other labels', arrayDataset({ name: 'letters', values, sampleShape: [2, 1, 1], labels: labels.map((label) => label + 5) }), "'letters' has the label 1"],
    ['colors, found out at the first batch', colored(), "'colored' has samples of shape [1, 1, 2]; digits are [height, width, 1]"],
  ])('refuses %s, and leaves no tensor', async (_, dataset, message) => {
    const before = tf.memory().numTensors;
    await expect(first(stackedMnist(dataset), 20)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what it does not know, colors, and the cursor of other data', async () => {
    expect(() => stackedMnist(digits, { digits: 3 } as never)).toThrow("unknown option 'digits'. Valid options: channels.");
    expect(() => stackedMnist(digits, { channels: 0 })).toThrow('channels must be an integer of at least 1, got 0.');
    expect(() => stackedMnist(digits, { channels: 10 })).toThrow('channels must be at most 9, got 10: labels are int32.');
    expect(() => stackedMnist(arrayDataset({ name: 'photos', values, sampleShape: [1, 1, 2] }))).toThrow("'photos' has samples of shape [1, 1, 2]");
    const { batches } = stackedMnist(digits);
    const walk = batches({ size: 4, rng: rng(0), cursor: 4 })[Symbol.asyncIterator]();
    await expect(walk.next()).rejects.toThrow("the cursor of stacks of 'digits' has a part for each of the 3 channels, got 4.");
  });
});

function colored(): Dataset {
  const { sampleShape: _, ...silent } = arrayDataset({ name: 'colored', values, sampleShape: [1, 1, 2], labels });
  return silent;
}
