import * as tf from '@tensorflow/tfjs';
import type { Rows } from './points.ts';
import { report, type WorkOptions } from './work.ts';

/** Rows of the first set whose distances are computed at once: some 40 MB against 10,000 rows. */
const blockRows = 1024;

/** A set of features on the active backend. */
export interface Placed {
  readonly count: number;
  readonly rows: tf.Tensor2D;
  /** `[count, 1]` */
  readonly squares: tf.Tensor2D;
}

/** Moves both sets so that the first has mean 0, which spares digits when distances are taken as differences of squares. */
export function place(first: Rows, second: Rows): [Placed, Placed] {
  const { dimensions } = first;
  const mean = new Float64Array(dimensions);
  first.values.forEach((value, index) => (mean[index % dimensions] = (mean[index % dimensions] as number) + value / first.count));
  return [placed(first, mean), placed(second, mean)];
}

function placed({ values, count, dimensions }: Rows, mean: Float64Array): Placed {
  const rows = tf.tensor2d(
    Float32Array.from(values, (value, index) => value - (mean[index % dimensions] as number)),
    [count, dimensions],
  );
  return { count, rows, squares: tf.tidy(() => tf.sum(tf.square(rows), 1, true)) };
}

export function displace(sets: readonly Placed[]): void {
  for (const { rows, squares } of sets) tf.dispose([rows, squares]);
}

/**
 * Walks through the squared Euclidean distances of all rows of two sets, one row of the first at a time. Products in float32.
 *
 * @param visit gets the row's index and its distances to all rows of `to`, which are its own only during the call
 */
export async function walkDistances(from: Placed, to: Placed, visit: (row: number, distances: Float32Array) => void, work: WorkOptions): Promise<void> {
  for (let begin = 0; begin < from.count; begin += blockRows) {
    await report(begin, from.count, work);
    const size = Math.min(blockRows, from.count - begin);
    const block = tf.tidy(() => {
      const [rows, squares] = [tf.slice(from.rows, [begin, 0], [size, -1]), tf.slice(from.squares, [begin, 0], [size, -1])];
      const apart = tf.sub(tf.add(squares, tf.transpose(to.squares)), tf.mul(tf.matMul(rows, to.rows, false, true), 2));
      return tf.relu(apart);
    });
    const distances = (await block.data()) as Float32Array;
    block.dispose();
    for (let row = 0; row < size; row++) visit(begin + row, distances.subarray(row * to.count, (row + 1) * to.count));
  }
}

/** The squared distance of each row to the k-th nearest other row of its set. */
export async function neighborDistances(set: Placed, k: number, work: WorkOptions): Promise<Float32Array> {
  const radii = new Float32Array(set.count);
  const nearest = new Float32Array(k);
  await walkDistances(
    set,
    set,
    (row, distances) => {
      nearest.fill(Infinity);
      for (let other = 0; other < distances.length; other++) {
        const distance = distances[other] as number;
        if (other === row || distance >= (nearest[k - 1] as number)) continue;
        let at = k - 1;
        for (; at > 0 && (nearest[at - 1] as number) > distance; at--) nearest[at] = nearest[at - 1] as number;
        nearest[at] = distance;
      }
      radii[row] = nearest[k - 1] as number;
    },
    work,
  );
  return radii;
}
