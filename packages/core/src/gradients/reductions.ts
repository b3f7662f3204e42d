import * as tf from '@tensorflow/tfjs';
import { isNestedGradient } from '../kernels.ts';
import { gradientOf } from './define.ts';

type Axes = number | readonly number[] | null | undefined;

/** Of reductions and running sums. */
export const reductionGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Max, ['x', 'result'], (dy, { x, result }, { reductionIndices }: { reductionIndices: Axes }) => ({
    x: () => toExtremes(dy, x, result, reductionIndices),
  })),
  gradientOf(tf.Min, ['x', 'result'], (dy, { x, result }, { axis }: { axis: Axes }) => ({ x: () => toExtremes(dy, x, result, axis) })),
  gradientOf(tf.Prod, ['x'], (dy, { x }, { axis }: { axis: Axes }) => ({ x: () => productGradient(dy, x, parseAxes(axis, x)) })),
  // Stock transposes the result, whose axes the op has already put back in their places.
  gradientOf(tf.Cumsum, [], (dy, _, { axis, exclusive, reverse }: { axis: number; exclusive: boolean; reverse: boolean }) => ({
    x: () => tf.cumsum(dy, axis, exclusive, !reverse),
  })),
];

function parseAxes(axes: Axes, x: tf.Tensor): number[] {
  return tf.util.parseAxisParam((axes ?? null) as number[], x.shape);
}

/** The elements that tie for the extreme share the gradient, as in TensorFlow; stock gives each of them all of it. */
function toExtremes(dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, axes: Axes): tf.Tensor {
  const reduced = parseAxes(axes, x);
  const kept = x.shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
  // A step of the distance, which the wasm backend does faster than a comparison.
  const extreme = tf.sub(1, tf.step(tf.abs(tf.sub(x, tf.reshape(y, kept)))));
  return tf.mul(extreme, tf.div(tf.reshape(dy, kept), tf.sum(extreme, reduced, true)));
}

/** dy times the product of all the other factors, without a quotient that a factor of 0 would spoil. */
function productGradient(dy: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const moved = tf.transpose(x, order);
  const count = tf.util.sizeFromShape(axes.map((axis) => x.shape[axis] as number));
  const slopes = tf.mul(productsOfOthers(tf.reshape(moved, [-1, count])), tf.reshape(dy, [-1, 1]));
  const back = order.map((_, axis) => order.indexOf(axis));
  return tf.transpose(tf.reshape(slopes, moved.shape), back);
}

/** For each factor of each row of `[rows, factors]`. */
function productsOfOthers(x: tf.Tensor): tf.Tensor {
  if (!isNestedGradient()) return tf.mul(tf.cumprod(x, 1, true, false), tf.cumprod(x, 1, true, true));
  // A running product has no gradient. Row i of each square holds all factors, with a 1 in the place of the i-th.
  const count = x.shape[1] as number;
  const self = tf.eye(count);
  return tf.prod(tf.add(tf.mul(tf.reshape(x, [-1, 1, count]), tf.sub(1, self)), self), 2);
}
