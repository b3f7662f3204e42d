import { rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { FlatPoints, Points } from '../points.ts';

/** Features of sets that metrics are tried on. */
export const dimensions = 4;

/** Features in a cube, of standard deviation 1 along each axis and moved along each by `offset`. Another name, another draw. */
export function cube(name: string, count: number, offset = 0, width = dimensions): FlatPoints {
  const stream = rng(1).fork(name);
  const side = Math.sqrt(12);
  return { values: Float32Array.from({ length: count * width }, () => offset + side * (stream.integer() / 2 ** 32 - 0.5)), dimensions: width };
}

/** A copy, with one value changed where a value is given. */
export function copyOf({ values, dimensions }: FlatPoints, changed?: number): FlatPoints {
  const copy = values.slice();
  if (changed !== undefined) copy[copy.length >> 1] = changed;
  return { values: copy, dimensions };
}

/** A copy of what is not a tensor or a list. */
export function own(points: Points): Points {
  return 'dimensions' in points ? copyOf(points) : points;
}

/** The same samples, the last first. */
export function backwards(set: FlatPoints): FlatPoints {
  return { values: Float32Array.from(rowsOf(set).reverse().flat()), dimensions: set.dimensions };
}

export function rowsOf({ values, dimensions }: FlatPoints): number[][] {
  return Array.from({ length: values.length / dimensions }, (_, row) => Array.from(values.subarray(row * dimensions, (row + 1) * dimensions)));
}

/** Calls `work` with tensors of sets, and disposes of them. */
export async function asTensors<R>(sets: readonly FlatPoints[], work: (...tensors: tf.Tensor2D[]) => Promise<R>): Promise<R> {
  const tensors = sets.map(({ values, dimensions }) => tf.tensor2d(values as Float32Array, [values.length / dimensions, dimensions]));
  try {
    return await work(...tensors);
  } finally {
    for (const tensor of tensors) if (!tensor.isDisposed) tensor.dispose();
  }
}
