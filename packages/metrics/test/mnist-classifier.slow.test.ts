import '@ganzoo/wasm';
import { inceptionScore, mnistClassifier } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { judged } from './judged-digits.ts';

test('the classifier tells as many of the 10,000 test digits as it says', async () => {
  await tf.setBackend('wasm');
  const judge = await mnistClassifier();
  const { right, logits } = await judged(judge, 10_000);
  // Digits at the edge fall either way, by how a backend rounds.
  expect(Math.abs(right / 10_000 - judge.testAccuracy)).toBeLessThanOrEqual(0.0003);
  expect(right).toBeGreaterThanOrEqual(9930);
  const { mean, std } = await inceptionScore(logits);
  console.log(`${right} of 10,000 test digits are told; their classifier score is ${mean.toFixed(3)} ± ${std.toFixed(3)}`);
  expect(mean).toBeGreaterThan(9.7);
});
