import * as tf from '@tensorflow/tfjs';
import { gradientOf, mask, none, sumTo } from './define.ts';

/** A comparison is constant but for its jumps. Stock has no gradient for most, so that whatever compares throws when differentiated again. */
const comparisons: readonly tf.GradConfig[] = [
  ...[tf.Greater, tf.GreaterEqual, tf.Less, tf.LessEqual, tf.Equal, tf.NotEqual, tf.LogicalAnd, tf.LogicalOr].map((name) =>
    gradientOf(name, ['a', 'b'], (_, { a, b }) => ({ a: none(a), b: none(b) })),
  ),
  ...[tf.LogicalNot, tf.Any, tf.All].map((name) => gradientOf(name, ['x'], (_, { x }) => ({ x: none(x) }))),
];

/** Of elementwise ops. Where operands broadcast, stock forgets to sum the gradients of the extremes and of squared differences. */
export const elementwiseGradients: readonly tf.GradConfig[] = [
  ...comparisons,
  gradientOf(tf.ClipByValue, ['x'], (dy, { x }, { clipValueMin, clipValueMax }: { clipValueMin: number; clipValueMax: number }) => ({
    // By steps, which the wasm backend does faster than comparisons; both bounds are inside.
    x: () => tf.mul(dy, tf.sub(1, tf.add(tf.step(tf.sub(clipValueMin, x)), tf.step(tf.sub(x, clipValueMax))))),
  })),
  gradientOf(tf.Maximum, ['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.mul(dy, mask(tf.greaterEqual(a, b))), a.shape),
    b: () => sumTo(tf.mul(dy, mask(tf.less(a, b))), b.shape),
  })),
  gradientOf(tf.Minimum, ['a', 'b'], (dy, { a, b }) => ({
    a: () => sumTo(tf.mul(dy, mask(tf.lessEqual(a, b))), a.shape),
    b: () => sumTo(tf.mul(dy, mask(tf.greater(a, b))), b.shape),
  })),
  gradientOf(tf.SquaredDifference, ['a', 'b'], (dy, { a, b }) => {
    const slope = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: () => sumTo(slope(), a.shape), b: () => sumTo(tf.neg(slope()), b.shape) };
  }),
  gradientOf(tf.Pow, ['a', 'b', 'result'], (dy, { a: base, b: exponent, result }) => ({
    a: () => {
      const power = tf.cast(exponent, 'float32');
      // At the exponent 0 the slope is 0 times any power: one that is finite where the base is 0.
      const below = tf.where(tf.equal(power, 0), tf.onesLike(power), tf.sub(power, 1));
      return sumTo(tf.mul(dy, tf.mul(power, tf.pow(base, below))), base.shape);
    },
    b: () => {
      // Off the logarithm's domain the slope counts as 0; the logarithm is taken of 1 there, so that no infinity meets that 0.
      const positive = tf.where(tf.greater(base, 0), tf.cast(base, 'float32'), tf.ones(base.shape));
      return sumTo(tf.mul(dy, tf.mul(result, tf.log(positive))), exponent.shape);
    },
  })),
];
