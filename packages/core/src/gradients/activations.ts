import * as tf from '@tensorflow/tfjs';
import { composedKernel } from '../kernels.ts';
import { gradientOf, none, runKernel, sumTo } from './define.ts';

/** Of the self-normalizing unit (Klambauer et al. 2017, https://arxiv.org/abs/1706.02515). */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** `dy` times the slope at `x`, of an activation made of straight lines: that slope has no slope. */
function slopeOfLines(name: string, slope: (x: tf.Tensor, attributes: Record<string, number>) => tf.Tensor) {
  const kernel = composedKernel({
    name,
    compute: ({ dy, x }, attributes) => [tf.mul(dy as tf.Tensor, slope(x as tf.Tensor, attributes))],
    gradient: {
      inputsToSave: ['x'],
      outputsToSave: [false],
      run: ([ddx], [x], attributes) => ({ dy: () => run(ddx as tf.Tensor, x as tf.Tensor, attributes), x: none(x as tf.Tensor) }),
    },
  });
  const run = (dy: tf.Tensor, x: tf.Tensor, attributes: Record<string, number> = {}): tf.Tensor => kernel({ dy, x }, attributes)[0] as tf.Tensor;
  return run;
}

/** `dy` times a slope that is a function of the activation's output `y`, as is the slope's own. */
function slopeByOutput(name: string, slope: (y: tf.Tensor) => tf.Tensor, slopeOfSlope: (y: tf.Tensor) => tf.Tensor) {
  const kernel = composedKernel({
    name,
    compute: ({ dy, y }) => [tf.mul(dy as tf.Tensor, slope(y as tf.Tensor))],
    gradient: {
      inputsToSave: ['dy', 'y'],
      outputsToSave: [false],
      run: ([ddx], [dy, y]) => ({
        dy: () => run(ddx as tf.Tensor, y as tf.Tensor),
        y: () => tf.mul(ddx as tf.Tensor, tf.mul(dy as tf.Tensor, slopeOfSlope(y as tf.Tensor))),
      }),
    },
  });
  const run = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor => kernel({ dy, y }, {})[0] as tf.Tensor;
  return run;
}

const reluGradient = slopeOfLines('GanzooReluGrad', (x) => tf.step(x));
const leakyReluGradient = slopeOfLines('GanzooLeakyReluGrad', (x, { alpha }) => tf.step(x, alpha));
const tanhGradient = slopeByOutput(
  'GanzooTanhGrad',
  (y) => tf.sub(1, tf.square(y)),
  (y) => tf.mul(y, -2),
);
const sigmoidGradient = slopeByOutput(
  'GanzooSigmoidGrad',
  (y) => tf.mul(y, tf.sub(1, y)),
  (y) => tf.sub(1, tf.mul(y, 2)),
);

/**
 * Of activations, by steps and rectifiers: stock compares and selects, which is slow on the wasm backend and throws when
 * differentiated again. Swish, mish and both gelus are made of what stock has right: tanh, sigmoid, softplus and erf.
 */
export const activationGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Relu, ['x'], (dy, { x }) => ({ x: () => reluGradient(dy, x) })),
  gradientOf(tf.Relu6, ['x'], (dy, { x }) => ({ x: () => tf.mul(dy, tf.sub(tf.step(x), tf.step(tf.sub(x, 6)))) })),
  gradientOf(tf.LeakyRelu, ['x'], (dy, { x }, { alpha }: { alpha: number }) => ({ x: () => leakyReluGradient(dy, x, { alpha }) })),
  gradientOf(tf.Tanh, ['result'], (dy, { result: y }) => ({ x: () => tanhGradient(dy, y) })),
  gradientOf(tf.Sigmoid, ['result'], (dy, { result: y }) => ({ x: () => sigmoidGradient(dy, y) })),
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
