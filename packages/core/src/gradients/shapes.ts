import * as tf from '@tensorflow/tfjs';
import { gradientOf, sumTo } from './define.ts';

/** Of ops that repeat elements: each gathers the gradients of its copies. */
export const shapeGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Tile, [], (dy, _, { reps }: { reps: readonly number[] }) => ({ x: () => addTiles(dy, reps) })),
  gradientOf(tf.BroadcastTo, [], (dy, _, { inputShape }: { inputShape: readonly number[] }) => ({ x: () => sumTo(dy, inputShape) })),
  gradientOf(tf.MirrorPad, [], (dy, _, { paddings, mode }: { paddings: [number, number][]; mode: 'reflect' | 'symmetric' }) => ({
    x: () => paddings.reduce((folded, padding, axis) => foldBack(folded, axis, padding, mode === 'reflect' ? 1 : 0), dy),
  })),
];

/** One sum for each axis that repeats; stock launches a slice and an addition for each tile. */
function addTiles(dy: tf.Tensor, reps: readonly number[]): tf.Tensor {
  const shape = dy.shape.map((size, axis) => size / (reps[axis] as number));
  let sum = dy;
  for (const [axis, times] of reps.entries()) {
    if (times === 1) continue;
    const outer = tf.util.sizeFromShape(shape.slice(0, axis));
    sum = tf.sum(tf.reshape(sum, [outer, times, -1]), 1);
  }
  return tf.reshape(sum, shape);
}

/** Folds the mirrored borders of one axis back onto what they mirror; stock drops them. `skip` is 1 where the edge is not repeated. */
function foldBack(dy: tf.Tensor, axis: number, [before, after]: readonly [number, number], skip: number): tf.Tensor {
  const size = (dy.shape[axis] as number) - before - after;
  const along = (value: number, otherwise: readonly number[]): number[] => otherwise.map((other, at) => (at === axis ? value : other));
  const cut = (from: number, length: number): tf.Tensor => {
    const begin = along(
      from,
      dy.shape.map(() => 0),
    );
    return tf.slice(dy, begin, along(length, dy.shape));
  };
  const place = (border: tf.Tensor, from: number): tf.Tensor => {
    const rest = size - from - (border.shape[axis] as number);
    const paddings = dy.shape.map((_, at): [number, number] => (at === axis ? [from, rest] : [0, 0]));
    return tf.pad(tf.reverse(border, axis), paddings);
  };
  let folded = cut(before, size);
  if (before > 0) folded = tf.add(folded, place(cut(0, before), skip));
  if (after > 0) folded = tf.add(folded, place(cut(before + size, after), size - after - skip));
  return folded;
}
