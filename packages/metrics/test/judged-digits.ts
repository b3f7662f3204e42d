import { rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import type { DigitClassifier, FlatPoints } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';

/** What the judge says of the first `count` of the shuffled test digits, a multiple of 250: how many it tells, and its logits. */
export async function judged(judge: DigitClassifier, count: number): Promise<{ right: number; logits: FlatPoints }> {
  const values = new Float32Array(count * 10);
  let [right, at] = [0, 0];
  for await (const { batch } of (await mnist({ split: 'test' })).batches({ size: 250, rng: rng(0) })) {
    const told = judge.logits(batch.samples as tf.Tensor4D) as tf.Tensor2D;
    const digits = tf.argMax(told, 1);
    const labels = (await (batch.labels as tf.Tensor).array()) as number[];
    ((await digits.array()) as number[]).forEach((digit, i) => (right += digit === labels[i] ? 1 : 0));
    values.set(await told.data<'float32'>(), at * 10);
    tf.dispose([told, digits, batch.samples, batch.labels as tf.Tensor]);
    at += 250;
    if (at >= count) break;
  }
  return { right, logits: { values, dimensions: 10 } };
}
