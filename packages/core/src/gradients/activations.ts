import * as tf from '@tensorflow/tfjs';
import { gradientOf, runKernel, sumTo } from './define.ts';

/** Of the self-normalizing unit (Klambauer et al. 2017, https://arxiv.org/abs/1706.02515). */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * Of activations, by steps and rectifiers: stock compares and selects, which is slow on the wasm backend and throws when
 * differentiated again. Swish, mish and both gelus are made of what stock has right: tanh, sigmoid, softplus and erf.
 */
export const activationGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Relu, ['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.step(x)) })),
  gradientOf(tf.Relu6, ['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.sub(tf.step(x), tf.step(tf.sub(x, 6)))) })),
  gradientOf(tf.LeakyRelu, ['x'], (dy, { x }, { alpha }: { alpha: number }) => ({ x: () => tf.mul(dy, tf.step(x, alpha)) })),
  gradientOf(tf.Prelu, ['x', 'alpha'], (dy, { x, alpha }) => ({
    x: () => tf.mul(dy, tf.add(alpha, tf.mul(tf.step(x), tf.sub(1, alpha)))),
    alpha: () => sumTo(tf.mul(dy, negative(x)), alpha.shape),
  })),
  // Elu's own gradient is this kernel, of its output.
  gradientOf(tf.EluGrad, ['dy', 'y'], (ddx, { dy, y }) => ({
    dy: () => runKernel(tf.EluGrad, { dy: ddx, y }, {}),
    y: () => tf.mul(ddx, tf.mul(dy, tf.step(tf.neg(y)))),
  })),
  // Below 0 the slope is y + scale * alpha; above it is scale. Without an exp, none overflows.
  gradientOf(tf.Selu, ['result'], (dy, { result: y }) => ({
    x: () => tf.mul(dy, tf.add(negative(y), tf.mul(tf.step(y, seluAlpha), seluScale))),
  })),
];

/** The lesser of `x` and 0. */
function negative(x: tf.Tensor): tf.Tensor {
  return tf.sub(x, tf.relu(x));
}
