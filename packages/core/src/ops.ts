/** Operations whose stock gradients are wrong or slow, made so that first and second derivatives are right on every backend. */
import * as tf from '@tensorflow/tfjs';
import { composedKernel, isNestedGradient } from './kernels.ts';

/** `x`, `scale`, `offset` to `y`, mean and 1 / standard deviation; x is `[rows, channels]`. */
const batchNormForward = composedKernel({
  name: 'GanzooBatchNorm',
  compute: ({ x, scale, offset }, { epsilon }) => {
    const { normal, mean, inverse } = normalize(x as tf.Tensor, epsilon as number);
    return [tf.add(tf.mul(normal, scale as tf.Tensor), offset as tf.Tensor), mean, inverse];
  },
  gradient: {
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true],
    run: ([dy], [x, scale, mean, inverse], { epsilon }) => {
      // All at once, and not in the closures below: the tape tidies after each of those.
      // The saved moments are constants to an outer tape: a gradient of this gradient needs them from x again.
      const gradients = isNestedGradient()
        ? batchNormGradient(dy as tf.Tensor, scale as tf.Tensor, normalize(x as tf.Tensor, epsilon as number))
        : batchNormBackward({ dy: dy as tf.Tensor, x: x as tf.Tensor, scale: scale as tf.Tensor, mean: mean as tf.Tensor, inverse: inverse as tf.Tensor }, {});
      const at = (index: number) => () => gradients[index] as tf.Tensor;
      return { x: at(0), scale: at(1), offset: at(2) };
    },
  },
});

/** `dy`, `x`, `scale`, `mean`, `inverse` to the gradients of x, scale and offset. */
const batchNormBackward = composedKernel({
  name: 'GanzooBatchNormGrad',
  compute: ({ dy, x, scale, mean, inverse }) => {
    const normal = tf.mul(tf.sub(x as tf.Tensor, mean as tf.Tensor), inverse as tf.Tensor);
    return batchNormGradient(dy as tf.Tensor, scale as tf.Tensor, { normal, inverse: inverse as tf.Tensor });
  },
});

function normalize(x: tf.Tensor, epsilon: number): { normal: tf.Tensor; mean: tf.Tensor; inverse: tf.Tensor } {
  const rows = x.shape[0] as number;
  const mean = tf.mul(tf.sum(x, 0), 1 / rows);
  const centered = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mul(tf.sum(tf.square(centered), 0), 1 / rows), epsilon));
  return { normal: tf.mul(centered, inverse), mean, inverse };
}

function batchNormGradient(dy: tf.Tensor, scale: tf.Tensor, { normal, inverse }: { normal: tf.Tensor; inverse: tf.Tensor }): tf.Tensor[] {
  const perRow = 1 / (dy.shape[0] as number);
  const dOffset = tf.sum(dy, 0);
  const dScale = tf.sum(tf.mul(dy, normal), 0);
  const projected = tf.add(tf.mul(dOffset, perRow), tf.mul(normal, tf.mul(dScale, perRow)));
  return [tf.mul(tf.sub(dy, projected), tf.mul(inverse, scale)), dScale, dOffset];
}

/**
 * Batch normalization by the batch's own statistics (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167).
 *
 * @param x `[..., channels]`
 * @param scale gamma, `[channels]`
 * @param offset beta, `[channels]`
 * @returns the normalized batch, and its mean and biased variance, `[channels]` both; gradients flow through the first alone.
 */
export function batchNormalize(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): { y: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor } {
  const channels = x.shape[x.shape.length - 1] as number;
  const flat = tf.reshape(x, [x.size / channels, channels]);
  const [y, mean, inverse] = batchNormForward({ x: flat, scale, offset }, { epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const variance = tf.sub(tf.reciprocal(tf.square(inverse)), epsilon);
  return { y: tf.reshape(y, x.shape), mean, variance };
}

/** Normalizes over `axis` by broadcasting: the stock layer tiles, and the gradient of a tile is one slice and add a tile. */
export function layerNormalize(
  x: tf.Tensor,
  scale: tf.Tensor | undefined,
  offset: tf.Tensor | undefined,
  epsilon: number,
  axis: number | number[] = -1,
): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, axis, true));
  const variance = tf.mean(tf.square(centered), axis, true);
  const normal = tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon)));
  const scaled = scale ? tf.mul(normal, scale) : normal;
  return offset ? tf.add(scaled, offset) : scaled;
}
