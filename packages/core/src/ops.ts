/** Operations whose stock gradients are wrong or slow, made so that first and second derivatives are right on every backend. */
import * as tf from '@tensorflow/tfjs';
import { composedKernel, isNestedGradient } from './kernels.ts';

/** `x` `[..., channels]`, `scale` and `offset` to `y`, and the mean and biased variance of each channel. */
const batchNormForward = composedKernel({
  name: 'GanzooBatchNorm',
  compute: ({ x, scale, offset }, { epsilon }) => {
    const { normal, mean, variance } = normalize(rows(x as tf.Tensor), epsilon as number);
    return [tf.reshape(tf.add(tf.mul(normal, scale as tf.Tensor), offset as tf.Tensor), (x as tf.Tensor).shape), mean, variance];
  },
  gradient: {
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true],
    run: ([dy], [x, scale, mean, variance], { epsilon }) => {
      // All at once, and not in the closures below: the tape tidies after each of those.
      // The saved moments are constants to an outer tape: a gradient of this gradient needs them from x again.
      const gradients = isNestedGradient()
        ? batchNormGradient(dy as tf.Tensor, scale as tf.Tensor, normalize(rows(x as tf.Tensor), epsilon as number))
        : batchNormBackward(
            { dy: dy as tf.Tensor, x: x as tf.Tensor, scale: scale as tf.Tensor, mean: mean as tf.Tensor, variance: variance as tf.Tensor },
            { epsilon: epsilon as number },
          );
      const at = (index: number) => () => gradients[index] as tf.Tensor;
      return { x: at(0), scale: at(1), offset: at(2) };
    },
  },
});

/** `dy`, `x`, `scale`, `mean`, `variance` to the gradients of x, scale and offset. */
const batchNormBackward = composedKernel({
  name: 'GanzooBatchNormGrad',
  compute: ({ dy, x, scale, mean, variance }, { epsilon }) => {
    const inverse = tf.rsqrt(tf.add(variance as tf.Tensor, epsilon as number));
    const normal = tf.mul(tf.sub(rows(x as tf.Tensor), mean as tf.Tensor), inverse);
    return batchNormGradient(dy as tf.Tensor, scale as tf.Tensor, { normal, inverse });
  },
});

/** `[..., channels]` as `[rows, channels]`. */
function rows(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape[x.rank - 1] as number;
  return tf.reshape(x, [x.size / channels, channels]);
}

function normalize(x: tf.Tensor2D, epsilon: number): { normal: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor; inverse: tf.Tensor } {
  const perRow = 1 / x.shape[0];
  const mean = tf.mul(tf.sum(x, 0), perRow);
  const centered = tf.sub(x, mean);
  const variance = tf.mul(tf.sum(tf.square(centered), 0), perRow);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { normal: tf.mul(centered, inverse), mean, variance, inverse };
}

function batchNormGradient(gradient: tf.Tensor, scale: tf.Tensor, { normal, inverse }: { normal: tf.Tensor; inverse: tf.Tensor }): tf.Tensor[] {
  const dy = rows(gradient);
  const perRow = 1 / dy.shape[0];
  const dOffset = tf.sum(dy, 0);
  const dScale = tf.sum(tf.mul(dy, normal), 0);
  const projected = tf.add(tf.mul(dOffset, perRow), tf.mul(normal, tf.mul(dScale, perRow)));
  const dx = tf.mul(tf.sub(dy, projected), tf.mul(inverse, scale));
  return [tf.reshape(dx, gradient.shape), dScale, dOffset];
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
  const [y, mean, variance] = batchNormForward({ x, scale, offset }, { epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { y, mean, variance };
}

/** `x` `[..., units]` plus one value a unit. */
const biasAdd = composedKernel({
  name: 'GanzooBiasAdd',
  compute: ({ x, bias }) => [tf.add(x as tf.Tensor, bias as tf.Tensor)],
  gradient: {
    inputsToSave: [],
    outputsToSave: [false],
    run: ([dy]) => ({ x: () => tf.clone(dy as tf.Tensor), bias: () => biasGradient({ dy: dy as tf.Tensor }, {})[0] as tf.Tensor }),
  },
});

/** `dy` `[..., units]` to its sum over all but the last axis. */
const biasGradient = composedKernel({
  name: 'GanzooBiasAddGrad',
  compute: ({ dy }) => [tf.sum(rows(dy as tf.Tensor), 0)],
  gradient: {
    inputsToSave: ['dy'],
    outputsToSave: [false],
    run: ([slope], [dy]) => ({ dy: () => tf.add(tf.zerosLike(dy as tf.Tensor), slope as tf.Tensor) }),
  },
});

/** Adds a bias `[units]` to `[..., units]`. */
export function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return biasAdd({ x, bias }, {})[0] as tf.Tensor;
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
