import '@ganzoo/wasm';
import { rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { inceptionScore, mnistClassifier } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';

test('the classifier tells as many of the 10,000 test digits as it says', async () => {
  await tf.setBackend('wasm');
  const judge = await mnistClassifier();
  const logits = new Float32Array(100_000);
  let [right, at] = [0, 0];
  for await (const { batch } of (await mnist({ split: 'test' })).batches({ size: 500, rng: rng(0) })) {
    const told = judge.logits(batch.samples as tf.Tensor4D) as tf.Tensor2D;
    const labels = (await (batch.labels as tf.Tensor).array()) as number[];
    ((await tf.argMax(told, 1).array()) as number[]).forEach((digit, i) => (right += digit === labels[i] ? 1 : 0));
    logits.set(await told.data<'float32'>(), at * 10);
    tf.dispose([told, batch.samples, batch.labels as tf.Tensor]);
    at += 500;
    if (at >= 10_000) break;
  }
  // Digits at the edge fall either way, by how a backend rounds.
  expect(Math.abs(right / 10_000 - judge.testAccuracy)).toBeLessThanOrEqual(0.0003);
  expect(right).toBeGreaterThanOrEqual(9930);
  const { mean, std } = await inceptionScore({ values: logits, dimensions: 10 });
  console.log(`${right} of 10,000 test digits are told; their classifier score is ${mean.toFixed(3)} ± ${std.toFixed(3)}`);
  expect(mean).toBeGreaterThan(9.7);
});
