import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolve, denseFilter, depthwiseEntries, filterGradient, inputGradient, inputSize, outputSize } from './reference.ts';
import { convCase, expectClose, expectNoLeak, values, type ConvCase } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const cases: ConvCase[] = [];
for (const pad of ['same', 'valid', 1] as const)
  for (const stride of [1, 2, 3])
    for (const filter of [2, 3, 5]) {
      const entries = [
        convCase([1, 7, 9], [filter, filter], [stride, stride], pad, [1, 1]),
        convCase([5, 6, 7], [filter, 3], [stride, stride], pad, [3, 3]),
        convCase([2, 8, 6], [3, filter], [stride, stride], pad, [2, 6]),
      ];
      for (const entry of entries) if (entry !== undefined) cases.push(entry);
    }

describe.each(cases)('$name', ({ conv, strides, pad }) => {
  test('forward and both gradients', () => {
    const multiplier = conv.outChannels / conv.inChannels;
    const x = values(inputSize(conv), 1);
    const w = values(conv.rows.filter * conv.columns.filter * conv.outChannels, 2);
    const dy = values(outputSize(conv), 3);
    const dense = denseFilter(conv, w);
    const f = (input: Tensor, filter: Tensor): Tensor4D => tf.depthwiseConv2d(input as Tensor4D, filter as Tensor4D, strides, pad as 'same' | 'valid' | number);
    expectNoLeak(() =>
      tf.tidy(() => {
        const input = tf.tensor4d(x, [conv.batch, conv.rows.input, conv.columns.input, conv.inChannels]);
        const filter = tf.tensor4d(w, [conv.rows.filter, conv.columns.filter, conv.inChannels, multiplier]);
        const output = f(input, filter);
        expectClose(output, convolve(conv, x, dense));
        const [dx, dw] = tf.grads(f)([input, filter], tf.tensor4d(dy, output.shape));
        expectClose(dx!, inputGradient(conv, dy, dense));
        expectClose(dw!, depthwiseEntries(conv, filterGradient(conv, x, dy)));
      }),
    );
  });
});

test('dilations are refused by name', () => {
  const attrs = { strides: 1, pad: 'valid', dilations: [2, 2], filterShape: [2, 2, 1, 1] } as unknown as tf.NamedAttrMap;
  const [x, dy] = [tf.ones([1, 5, 5, 1]), tf.ones([1, 3, 3, 1])];
  expect(() => tf.engine().runKernel(tf.DepthwiseConv2dNativeBackpropFilter, { x, dy }, attrs)).toThrow(/DepthwiseConv2dNativeBackpropFilter .* dilations/);
});
