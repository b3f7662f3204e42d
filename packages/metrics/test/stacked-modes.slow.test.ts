import '@ganzoo/wasm';
import { stackedMnist } from '@ganzoo/datasets';
import { mnist } from '@ganzoo/datasets/node';
import { mnistClassifier, stackedModes } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';

test('26,000 stacks of the test digits have all 1000 modes, as evenly as a perfect sampler', async () => {
  await tf.setBackend('wasm');
  const classifier = await mnistClassifier();
  const { modes, total, reverseKl, counts } = await stackedModes(stackedMnist(await mnist({ split: 'test' })), { classifier, batchSize: 250 });
  classifier.dispose();
  console.log(`26,000 stacks of the test digits: ${modes} modes of ${total}, reverse KL ${reverseKl.toFixed(4)}`);
  expect([modes, total]).toEqual([1000, 1000]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(26_000);
  // 0.0194 by the number of samples, and 0.0043 since digits are not equally frequent.
  expect(Math.abs(reverseKl - 0.0236)).toBeLessThanOrEqual(0.003);
});
