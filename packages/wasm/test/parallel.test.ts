import { getThreads, setThreads } from '@ganzoo/wasm';
import * as tf from '@tensorflow/tfjs';
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backwardFilter, backwardInput, forward } from '../src/parallel/conv2d.ts';
import { multiply } from '../src/parallel/mat-mul.ts';
import * as internal from '../src/parallel/threads.ts';
import type { Conv } from './reference.ts';
import { convolve, filterGradient, filterSize, inputGradient, inputSize, matMul, outputSize } from './reference.ts';
import { convCase, convGrid, expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});
afterAll(() => internal.setThreads(2));

const backend = (): BackendWasm => tf.backend() as BackendWasm;
const kept = (info: TensorInfo | undefined): tf.Tensor => tf.engine().makeTensorFromTensorInfo(info as TensorInfo);

const shapes = {
  input: (c: Conv): [number, number, number, number] => [c.batch, c.rows.input, c.columns.input, c.inChannels],
  filter: (c: Conv): [number, number, number, number] => [c.rows.filter, c.columns.filter, c.inChannels, c.outChannels],
  output: (c: Conv): [number, number, number, number] => [c.batch, c.rows.output, c.columns.output, c.outChannels],
};

/** Wide enough for whole tiles, and one channel more and fewer. */
const wide = [7, 8, 9, 16, 23].flatMap((channels) =>
  [1, 2, 3].flatMap((stride) => convCase([3, 9, 7], [4, 5], [stride, stride], 'same', [channels, 24 - channels]) ?? []),
);

describe.each([1, 2, 4])('on %d threads', (threads) => {
  beforeAll(() => internal.setThreads(threads));

  test.each([...convGrid(), ...wide])('$name', ({ conv }) => {
    const [x, w, dy] = [values(inputSize(conv), 1), values(filterSize(conv), 2), values(outputSize(conv), 3)];
    expectNoLeak(() =>
      tf.tidy(() => {
        const [xs, ws, dys] = [tf.tensor4d(x, shapes.input(conv)), tf.tensor4d(w, shapes.filter(conv)), tf.tensor4d(dy, shapes.output(conv))];
        expectClose(kept(forward(backend(), xs, ws, conv)), convolve(conv, x, w), 'forward');
        expectClose(kept(backwardInput(backend(), dys, ws, conv)), inputGradient(conv, dy, w), 'input gradient');
        expectClose(kept(backwardFilter(backend(), xs, dys, conv)), filterGradient(conv, x, dy), 'filter gradient');
      }),
    );
  });

  test.each([
    [1, 1, 1],
    [5, 3, 8],
    [7, 300, 9],
    [64, 96, 33],
    [4, 257, 40],
    [131, 64, 1],
    [70, 129, 67],
    [67, 3, 12],
  ] as const)('[%d, %d] x [.., %d]', (rows, inner, columns) => {
    const [a, b] = [values(rows * inner, 1), values(inner * columns, 2)];
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
    ] as const) {
      tf.tidy(() => {
        const [left, right] = [tf.tensor2d(a, transposeA ? [inner, rows] : [rows, inner]), tf.tensor2d(b, transposeB ? [columns, inner] : [inner, columns])];
        const product = kept(multiply(backend(), left, right, { rows, inner, columns, transposeA, transposeB }, [rows, columns]));
        expectClose(product, matMul([rows, inner, columns], a, b, transposeA, transposeB), `${transposeA} ${transposeB}`);
      });
    }
  });
});

test('the numbers do not depend on the number of threads', () => {
  const { conv } = convCase([6, 12, 12], [3, 3], [2, 2], 'same', [16, 24])!;
  const [x, w, dy] = [values(inputSize(conv), 1), values(filterSize(conv), 2), values(outputSize(conv), 3)];
  const results = [1, 2, 4].map((threads) => {
    internal.setThreads(threads);
    return tf.tidy(() => {
      const [xs, ws, dys] = [tf.tensor4d(x, shapes.input(conv)), tf.tensor4d(w, shapes.filter(conv)), tf.tensor4d(dy, shapes.output(conv))];
      return [forward(backend(), xs, ws, conv), backwardInput(backend(), dys, ws, conv), backwardFilter(backend(), xs, dys, conv)].map((info) =>
        kept(info).dataSync().slice(),
      );
    });
  });
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test('the kernels take large products to the threads, and give small ones to the stock kernels', () => {
  internal.setThreads(2);
  const large = convCase([8, 14, 14], [5, 5], [2, 2], 'same', [16, 32])!.conv;
  const [x, w] = [values(inputSize(large), 1), values(filterSize(large), 2)];
  tf.tidy(() =>
    expectClose(tf.conv2d(tf.tensor4d(x, shapes.input(large)), tf.tensor4d(w, shapes.filter(large)), 2, 'same') as tf.Tensor, convolve(large, x, w)),
  );
  const dilated = tf.tidy(() => tf.conv2d(tf.ones<tf.Rank.R4>([4, 20, 20, 16]), tf.ones([3, 3, 16, 16]), 1, 'valid', 'NHWC', 2));
  expect(dilated.shape).toEqual([4, 16, 16, 16]);
  expect(new Set(dilated.dataSync())).toEqual(new Set([9 * 16]));
  dilated.dispose();
});

test('the number of threads can be set and is checked', () => {
  setThreads(3);
  expect(getThreads()).toBe(3);
  for (const bad of [0, 1.5, NaN]) expect(() => setThreads(bad)).toThrow(RangeError);
});
