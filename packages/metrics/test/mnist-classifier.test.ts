import '@ganzoo/wasm';
import { inceptionScore, mnistClassifier } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { judged } from './judged-digits.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
});

test('tells the test digits, scores them near 10, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  const judge = await mnistClassifier();
  expect(judge.testAccuracy).toBeGreaterThanOrEqual(0.993);
  const count = 1000;
  const { right, logits } = await judged(judge, count);
  expect(right).toBeGreaterThanOrEqual(0.985 * count);
  const { mean } = await inceptionScore(logits, { splits: 1 });
  expect(mean).toBeGreaterThan(9.5);
  expect(mean).toBeLessThanOrEqual(10);
  judge.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('features are [n, 128]; other shapes are refused with what to do', async () => {
  const judge = await mnistClassifier();
  const digits = tf.zeros<tf.Rank.R4>([2, 28, 28, 1]);
  const features = judge.features(digits) as tf.Tensor2D;
  expect(features.shape).toEqual([2, judge.dimensions]);
  expect(() => judge.features(tf.zeros<tf.Rank.R4>([2, 32, 32, 3]))).toThrow('it takes digits of shape [n, 28, 28, 1] in [-1, 1], got [2, 32, 32, 3]');
  judge.dispose();
  tf.dispose([digits, features]);
});
