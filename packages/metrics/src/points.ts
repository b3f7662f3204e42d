import { expectInteger, GanzooError, showShape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Points of d dimensions: a tensor `[n, d]`, which is read and stays its owner's, an array of points, or {@link FlatPoints}. */
export type Points = tf.Tensor | readonly (readonly number[])[] | FlatPoints;

/** All coordinates of all points, one point after another. */
export interface FlatPoints {
  /** Coordinates, a point after the other. */
  readonly values: Float32Array | Float64Array;
  /** Coordinates of each point. */
  readonly dimensions: number;
}

/** Points in the precision they came in: point `i` begins at `values[i * dimensions]`. */
export interface Rows {
  /** What errors call them. */
  readonly name: string;
  /** Coordinates, a point after the other. */
  readonly values: Float32Array | Float64Array;
  /** Points there are. */
  readonly count: number;
  /** Coordinates of each point. */
  readonly dimensions: number;
}

/** Points in double precision, whatever they came as. */
export interface Matrix extends Rows {
  /** Coordinates, a point after the other. */
  readonly values: Float64Array;
}

/** Reads points. A tensor is asked for its values before the first `await`, so its owner may dispose it right after the call. */
export async function readPoints(scope: string, name: string, points: Points): Promise<Matrix> {
  const rows = await readRows(scope, name, points);
  return { ...rows, values: new Float64Array(rows.values) };
}

/** The same without a copy, where the values are floats. */
export async function readRows(scope: string, name: string, points: Points): Promise<Rows> {
  const [values, dimensions] = await coordinates(scope, name, points);
  const count = values.length / dimensions;
  if (count === 0) throw new GanzooError(scope, `${name} are empty; give at least one point.`);
  expectInteger(scope, `the number of points in ${name} (${values.length} values of ${dimensions} dimensions)`, count, 1);
  const areFloats = values instanceof Float32Array || values instanceof Float64Array;
  return { name, values: areFloats ? values : Float64Array.from(values), count, dimensions };
}

/** @throws GanzooError where points of both sets have not as many coordinates */
export function expectSameDimensions(scope: string, a: Rows, b: Rows): void {
  if (a.dimensions !== b.dimensions) {
    throw new GanzooError(scope, `${a.name} have ${a.dimensions} dimensions, but ${b.name} have ${b.dimensions}; give points of one space.`);
  }
}

/** @throws GanzooError that names the first point with a coordinate which is not finite */
export function expectFinite(scope: string, { name, values, dimensions }: Rows): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new GanzooError(scope, `point ${Math.floor(wrong / dimensions)} of ${name} has a coordinate ${values[wrong]}; remove or repair it.`);
  }
}

/** All coordinates in a row, and how many make a point. */
async function coordinates(scope: string, name: string, points: Points): Promise<readonly [ArrayLike<number>, number]> {
  if (points instanceof tf.Tensor) {
    const [, dimensions] = points.shape;
    if (points.rank !== 2 || !dimensions) {
      throw new GanzooError(scope, `${name} must be a tensor of shape [n, d], got ${showShape(points.shape)}. Flatten other samples to vectors.`);
    }
    return [await points.data(), dimensions];
  }
  // None has no dimensions to speak of, and is refused for that.
  if (isNested(points)) return [flatten(scope, name, points), points[0]?.length ?? 1];
  if (!ArrayBuffer.isView(points?.values)) {
    throw new GanzooError(scope, `${name} must be a tensor [n, d], an array of points such as [[0, 1], [2, 3]], or { values: Float32Array, dimensions }.`);
  }
  expectInteger(scope, `dimensions of ${name}`, points.dimensions, 1);
  return [points.values, points.dimensions];
}

/** `Array.isArray` does not narrow readonly arrays. */
function isNested(points: Points): points is readonly (readonly number[])[] {
  return Array.isArray(points);
}

function flatten(scope: string, name: string, points: readonly (readonly number[])[]): number[] {
  const dimensions = points[0]?.length;
  points.forEach((point, index) => {
    if (!Array.isArray(point) || point.length === 0) throw new GanzooError(scope, `point ${index} of ${name} must be an array of numbers, such as [0, 1].`);
    if (point.length !== dimensions) {
      throw new GanzooError(scope, `point ${index} of ${name} has ${point.length} dimensions, the first has ${dimensions}; all must have the same.`);
    }
  });
  return points.flat();
}
