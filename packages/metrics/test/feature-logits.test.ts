import { arrayDataset, rng } from '@ganzoo/core';
import { extractFeatures, featureLogits, mnistClassifier, type DigitClassifier, type FlatPoints } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';

let judge: DigitClassifier;

beforeAll(async () => {
  await tf.setBackend('cpu');
  judge = await mnistClassifier();
});

it('says of features what the classifier says of their images', async () => {
  const values = rng(3).uniform([5, 28, 28, 1], -1, 1);
  const images = arrayDataset({ name: 'noise', values: values.dataSync<'float32'>(), sampleShape: [28, 28, 1] });
  const looked = await extractFeatures({ images, extractor: (all) => judge.logits(all) });
  const said = await featureLogits(await extractFeatures({ images, extractor: judge }), judge);
  expect(said.dimensions).toBe(10);
  expect(said.values).toHaveLength(50);
  said.values.forEach((value, i) => expect(value).toBeCloseTo(looked.values[i] as number, 4));
});

it('takes any number of them, in order, and leaves no tensor', async () => {
  const rows = Array.from({ length: 2001 }, (_, i) => [i, -i]);
  const asked: number[] = [];
  const sum = {
    dimensions: 2,
    logitsOfFeatures: (features: tf.Tensor2D) => {
      asked.push(features.shape[0]);
      return tf.mul<tf.Tensor2D>(features, 2);
    },
  };
  const before = tf.memory().numTensors;
  const { values, dimensions } = await featureLogits(rows, sum);
  expect([values.length, dimensions, asked]).toEqual([4002, 2, [1000, 1000, 1]]);
  expect(Array.from(values.slice(-4))).toEqual([3998, -3998, 4000, -4000]);
  expect(tf.memory().numTensors).toBe(before);
});

it.each<[string, FlatPoints | number[][], object, string]>([
  ['features of another network', [[1, 2, 3]], {}, 'features are of 3 dimensions, those of the classifier of 128. Give it its own features.'],
  ['no classifier', [[1]], { logitsOfFeatures: undefined }, "classifier must have a function 'logitsOfFeatures'"],
  ['NaN', [[1, Number.NaN]], { dimensions: 2 }, 'point 0 of features has a coordinate NaN'],
])('refuses %s', async (_, features, more, message) => {
  await expect(featureLogits(features, { ...judge, ...more })).rejects.toThrow(message);
});
