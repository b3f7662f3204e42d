import * as tf from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { matMul } from './reference.ts';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const sizes = [
  [1, 1, 1],
  [3, 5, 2],
  [7, 1, 4],
  [9, 33, 17],
] as const;
const flags = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

const stored = (rows: number, columns: number, transposed: boolean): [number, number] => (transposed ? [columns, rows] : [rows, columns]);

describe.each(flags)('transposeA %s, transposeB %s', (transposeA, transposeB) => {
  test.each(sizes)('[%d, %d] x [.., %d]', (rows, inner, columns) => {
    const a = values(rows * inner, 1);
    const b = values(inner * columns, 2);
    const expected = matMul([rows, inner, columns], a, b, transposeA, transposeB);
    const shapeA = stored(rows, inner, transposeA);
    const shapeB = stored(inner, columns, transposeB);
    expectNoLeak(() => tf.tidy(() => expectClose(tf.matMul(tf.tensor2d(a, shapeA), tf.tensor2d(b, shapeB), transposeA, transposeB), expected)));
    const bias = values(columns, 3);
    const fused = expected.map((value, i) => Math.max(value + bias[i % columns]!, 0));
    expectNoLeak(() =>
      tf.tidy(() =>
        expectClose(
          tf.fused.matMul({
            a: tf.tensor2d(a, shapeA),
            b: tf.tensor2d(b, shapeB),
            transposeA,
            transposeB,
            bias: tf.tensor1d(bias),
            activation: 'relu',
          }),
          fused,
        ),
      ),
    );
  });

  test.each([
    [3, 3],
    [3, 1],
    [1, 3],
  ])('a batch of %d against a batch of %d', (batchA, batchB) => {
    for (const [rows, inner, columns] of [
      [4, 6, 5],
      [40, 33, 41],
    ] as const) {
      const a = values(batchA * rows * inner, 4);
      const b = values(batchB * inner * columns, 5);
      const expected = Array.from({ length: 3 }, (_, n) => {
        const left = a.subarray((batchA === 1 ? 0 : n) * rows * inner);
        const right = b.subarray((batchB === 1 ? 0 : n) * inner * columns);
        return [...matMul([rows, inner, columns], left, right, transposeA, transposeB)];
      }).flat();
      expectNoLeak(() =>
        tf.tidy(() => {
          const left = tf.tensor3d(a, [batchA, ...stored(rows, inner, transposeA)]);
          const right = tf.tensor3d(b, [batchB, ...stored(inner, columns, transposeB)]);
          expectClose(tf.matMul(left, right, transposeA, transposeB), expected);
        }),
      );
    }
  });
});

test('a batch of batches', () => {
  tf.tidy(() => {
    const a = tf.randomUniform([2, 3, 40, 33], -1, 1, 'float32', 1);
    const b = tf.randomUniform([2, 3, 33, 41], -1, 1, 'float32', 2);
    const product = tf.matMul(a, b);
    expect(product.shape).toEqual([2, 3, 40, 41]);
    const expected = Array.from({ length: 6 }, (_, n) => [
      ...matMul([40, 33, 41], a.dataSync().subarray(n * 1320), b.dataSync().subarray(n * 1353), false, false),
    ]);
    expectClose(product, expected.flat());
  });
});

test('an empty batch stays empty', () => {
  expect(tf.tidy(() => tf.matMul(tf.zeros([0, 2, 3]), tf.zeros([0, 3, 4])).shape)).toEqual([0, 2, 4]);
});
