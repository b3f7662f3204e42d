import * as tf from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const cases: [shape: number[], axes: number[]][] = [
  [
    [5, 3, 4, 7],
    [0, 1, 2],
  ],
  [
    [5, 3, 4, 1],
    [0, 1, 2],
  ],
  [
    [3, 5, 4, 6],
    [1, 2],
  ],
  [
    [3, 5, 4, 6],
    [2, 1],
  ],
  [[3, 5, 4], [-2]],
  [
    [3, 5, 4],
    [0, 2],
  ],
  [[17, 3], [0]],
  [[17, 3], [1]],
  [
    [6, 5],
    [0, 1],
  ],
  [[1, 4], [0]],
  [[9], [0]],
];

describe.each(cases)('%j over %j', (shape, axes) => {
  const reduced = new Set(axes.map((axis) => (axis + shape.length) % shape.length));
  const kept = shape.map((length, axis) => (reduced.has(axis) ? 1 : length));
  const data = values(
    shape.reduce((a, b) => a * b),
    1,
  );
  const sums = new Float64Array(kept.reduce((a, b) => a * b));
  data.forEach((value, flat) => {
    let to = 0;
    let rest = flat;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (!reduced.has(axis)) {
        to += at * stride;
        stride *= shape[axis]!;
      }
    }
    sums[to]! += value;
  });
  const count = data.length / sums.length;

  test.each([false, true])('keepDims %s', (keepDims) => {
    const expectedShape = keepDims ? kept : shape.filter((_, axis) => !reduced.has(axis));
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor(data, shape);
        const sum = tf.sum(x, axes, keepDims);
        expect(sum.shape).toEqual(expectedShape);
        expectClose(sum, sums);
        const mean = tf.mean(x, axes, keepDims);
        expect(mean.shape).toEqual(expectedShape);
        expectClose(
          mean,
          sums.map((value) => value / count),
        );
      }),
    );
  });
});

test('integers keep their type and long sums their last digits', () => {
  tf.tidy(() => {
    const whole = tf.sum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2], 'int32'), 0);
    expect(whole.dtype).toBe('int32');
    expect([...whole.dataSync()]).toEqual([9, 12]);
    const long = tf.sum(tf.fill([200_000, 2], 0.1), 0).dataSync();
    expect(Math.abs(long[0]! / (200_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
  });
});
