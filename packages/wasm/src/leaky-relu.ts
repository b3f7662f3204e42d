import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeStock } from './kernel.ts';

/** A PReLU with one slope in every channel: XNNPACK vectorizes that one and not the leaky ReLU. */
export const withPreluLeakyRelu = beforeStock<{ x: Tensor }, { alpha: number }>(({ x }, { alpha }) => {
  const channels = x.shape.at(-1);
  if (x.dtype !== 'float32' || channels === undefined || x.size === 0) return undefined;
  return tf.tidy(() => {
    // The slopes repeat, so rows of any length that divides the tensor do as well as real channels.
    const width = [64, 16, 4].find((length) => x.size % length === 0) ?? channels;
    const slopes = tf.tensor1d(new Float32Array(width).fill(alpha));
    return tf.reshape(tf.prelu(tf.reshape(x, [-1, width]), slopes), x.shape);
  });
});
