import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeStock } from './kernel.ts';

type Inputs = { x: Tensor; mean: Tensor; variance: Tensor; offset?: Tensor | null; scale?: Tensor | null };

/** Three broadcast products and sums by XNNPACK; stock loops over scalars. */
export const withComposedBatchNorm = beforeStock<Inputs, { varianceEpsilon: number }>((inputs, { varianceEpsilon }) => {
  const { x, mean, variance, offset, scale } = inputs;
  if (x.dtype !== 'float32' || x.size === 0) return undefined;
  return tf.tidy(() => {
    const slope = tf.rsqrt(tf.add(variance, varianceEpsilon));
    const normalized = tf.mul(tf.sub(x, mean), scale ? tf.mul(slope, scale) : slope);
    return offset ? tf.add(normalized, offset) : normalized;
  });
});
