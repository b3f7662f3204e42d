import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { averagePoolGradient, averagePool, inputSize, maxPool, maxPoolGradient, outputSize } from './reference.ts';
import { convCase, expectClose, expectNoLeak, values, type ConvCase } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const cases: ConvCase[] = [];
for (const pad of ['same', 'valid', 1] as const)
  for (const stride of [1, 2, 3])
    for (const window of [2, 3]) {
      const entries = [
        convCase([1, 7, 9], [window, window], [stride, stride], pad, [1, 1]),
        convCase([5, 6, 5], [window, 5 - window], [stride, 4 - stride], pad, [3, 3]),
      ];
      for (const entry of entries) if (entry !== undefined) cases.push(entry);
    }

describe.each(cases)('$name', ({ conv, strides, pad }) => {
  const shape: [number, number, number, number] = [conv.batch, conv.rows.input, conv.columns.input, conv.inChannels];
  const window: [number, number] = [conv.rows.filter, conv.columns.filter];
  const x = values(inputSize(conv), 1);
  const dy = values(outputSize(conv), 2);
  const poolPad = pad as 'same' | 'valid' | number;
  const pools = { max: tf.maxPool, average: tf.avgPool };
  const forward = { max: maxPool(conv, x), average: averagePool(conv, x) };
  const backward = { max: maxPoolGradient(conv, x, dy), average: averagePoolGradient(conv, dy) };

  test.each(['max', 'average'] as const)('%s', (kind) => {
    const pool = (input: tf.Tensor): Tensor4D => pools[kind](input as Tensor4D, window, strides, poolPad);
    expectNoLeak(() =>
      tf.tidy(() => {
        const input = tf.tensor4d(x, shape);
        const output = pool(input);
        expectClose(output, forward[kind]);
        expectClose(tf.grad(pool)(input, tf.tensor4d(dy, output.shape)), backward[kind]);
      }),
    );
  });
});

test('a tie goes to the first of the largest', () => {
  tf.tidy(() => {
    const gradient = tf.grad((x) => tf.maxPool(x as Tensor4D, 2, 2, 'valid'))(tf.ones([1, 2, 2, 1]));
    expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0]);
  });
});
