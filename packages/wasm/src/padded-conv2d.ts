import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';

/** Zeros before and after one axis; a negative number crops instead. */
export type AxisPadding = readonly [before: number, after: number];

/** A stride-1 correlation whose padding may be negative, which tf.conv2d refuses. */
export function paddedConv2d(x: Tensor4D, filter: Tensor4D, rows: AxisPadding, columns: AxisPadding, dilations: [number, number] = [1, 1]): Tensor4D {
  const cropped = crop(crop(x, 1, rows), 2, columns);
  const nonNegative = ([before, after]: AxisPadding): [number, number] => [Math.max(before, 0), Math.max(after, 0)];
  return tf.conv2d(cropped, filter, 1, [[0, 0], nonNegative(rows), nonNegative(columns), [0, 0]], 'NHWC', dilations);
}

function crop(x: Tensor4D, axis: 1 | 2, [before, after]: AxisPadding): Tensor4D {
  const from = Math.max(-before, 0);
  const length = x.shape[axis] - from - Math.max(-after, 0);
  if (length === x.shape[axis]) return x;
  const begin: [number, number, number, number] = [0, 0, 0, 0];
  const size: [number, number, number, number] = [...x.shape];
  begin[axis] = from;
  size[axis] = length;
  return tf.slice(x, begin, size);
}
