import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Axis, Conv, Pad } from './reference.ts';
import { axis } from './reference.ts';

/** Reproducible values in [-1, 1). */
export function values(size: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Every element within 1e-4 of the reference, relative to the reference's largest magnitude. */
export function expectClose(actual: Tensor, expected: ArrayLike<number>, what = ''): void {
  const data = actual.dataSync();
  expect(data.length, what).toBe(expected.length);
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(data[i]! - expected[i]!) / scale;
    if (!(error <= worst)) worst = error;
  }
  expect(worst, what).toBeLessThan(1e-4);
}

/** Runs f and fails when it left a tensor or a backend buffer behind. */
export function expectNoLeak(f: () => void): void {
  const backend = tf.engine().backend as unknown as { numDataIds(): number };
  const before = [tf.memory().numTensors, backend.numDataIds()];
  f();
  expect([tf.memory().numTensors, backend.numDataIds()]).toEqual(before);
}

export type ConvCase = {
  readonly name: string;
  readonly conv: Conv;
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
};

export function convCase(
  [batch, height, width]: readonly [number, number, number],
  [filterHeight, filterWidth]: readonly [number, number],
  strides: [number, number],
  pad: 'same' | 'valid' | number | readonly [readonly [number, number], readonly [number, number]],
  [inChannels, outChannels]: readonly [number, number],
): ConvCase | undefined {
  const [rowPad, columnPad]: readonly [Pad, Pad] = typeof pad === 'object' ? pad : [pad, pad];
  const rows: Axis = axis(height, filterHeight, strides[0], rowPad);
  const columns: Axis = axis(width, filterWidth, strides[1], columnPad);
  if (rows.output < 1 || columns.output < 1) return undefined;
  return {
    name: `${batch}x${height}x${width}, filter ${filterHeight}x${filterWidth}, strides ${strides}, pad ${String(pad)}, ${inChannels}->${outChannels}`,
    conv: { batch, inChannels, outChannels, rows, columns },
    strides,
    pad: typeof pad === 'object' ? [[0, 0], [...pad[0]], [...pad[1]], [0, 0]] : pad,
  };
}

/** Odd shapes on purpose: what a kernel gets wrong shows at borders, remainders and single channels. */
export function convGrid(): ConvCase[] {
  const cases: (ConvCase | undefined)[] = [];
  for (const stride of [1, 2, 3])
    for (const filter of [1, 2, 3, 4, 5])
      for (const pad of ['same', 'valid', 1] as const) {
        if (pad === 1 && filter < 2) continue;
        cases.push(convCase([1, 7, 9], [filter, filter], [stride, stride], pad, [2, 3]));
        cases.push(convCase([5, 8, 6], [filter, filter], [stride, stride], pad, [1, 4]));
        cases.push(convCase([2, 6, 5], [filter, filter === 1 ? 3 : filter - 1], [stride, 4 - stride], pad, [3, 1]));
      }
  cases.push(
    convCase(
      [2, 10, 11],
      [3, 2],
      [2, 3],
      [
        [2, 0],
        [1, 3],
      ],
      [2, 2],
    ),
  );
  cases.push(
    convCase(
      [1, 5, 5],
      [2, 2],
      [1, 1],
      [
        [3, 3],
        [0, 2],
      ],
      [1, 1],
    ),
  );
  cases.push(convCase([5, 14, 14], [5, 5], [2, 2], 'same', [9, 17]));
  cases.push(convCase([1, 1, 9], [1, 4], [1, 2], 'same', [1, 1]));
  return cases.filter((entry) => entry !== undefined);
}
