import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { inputGradientByColumns } from '../src/conv2d-columns.ts';
import { inputGradientByPhases } from '../src/conv2d-phases.ts';
import { filterGradient, filterSize, inputGradient, inputSize, outputSize, type Conv } from './reference.ts';
import { convGrid, expectClose, expectNoLeak, values, type ConvCase } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

type Shape4D = [number, number, number, number];
const inputShape = (c: Conv): Shape4D => [c.batch, c.rows.input, c.columns.input, c.inChannels];
const filterShape = (c: Conv): Shape4D => [c.rows.filter, c.columns.filter, c.inChannels, c.outChannels];
const outputShape = (c: Conv): Shape4D => [c.batch, c.rows.output, c.columns.output, c.outChannels];

function backpropFilter({ conv, strides, pad }: ConvCase, x: Tensor, dy: Tensor): Tensor {
  const attrs = { strides, pad, dataFormat: 'NHWC', filterShape: filterShape(conv) } as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(tf.Conv2DBackpropFilter, { x, dy }, attrs) as Tensor;
}

function backpropInput({ conv, strides, pad }: ConvCase, dy: Tensor, filter: Tensor): Tensor {
  const attrs = { strides, pad, dataFormat: 'NHWC', inputShape: inputShape(conv) } as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(tf.Conv2DBackpropInput, { dy, filter }, attrs) as Tensor;
}

/** The kernel chooses one of two algorithms by cost; both must hold for every shape. */
const inputGradients: Record<string, (entry: ConvCase, dy: Tensor4D, filter: Tensor4D) => Tensor> = {
  'as the kernel chooses': backpropInput,
  'by phases': ({ conv }, dy, filter) => inputGradientByPhases(dy, filter, conv),
  'by columns': ({ conv }, dy, filter) => {
    const info = inputGradientByColumns(dy, filter, conv, tf.backend() as BackendWasm);
    return tf.engine().makeTensorFromTensorInfo(info);
  },
};

describe.each(convGrid())('$name', (entry) => {
  const { conv } = entry;
  const x = values(inputSize(conv), 1);
  const w = values(filterSize(conv), 2);
  const dy = values(outputSize(conv), 3);

  test('the filter gradient', () => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const actual = backpropFilter(entry, tf.tensor4d(x, inputShape(conv)), tf.tensor4d(dy, outputShape(conv)));
        expect(actual.shape).toEqual(filterShape(conv));
        expectClose(actual, filterGradient(conv, x, dy));
      }),
    );
  });

  test.each(Object.entries(inputGradients))('the input gradient, %s', (_, run) => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const actual = run(entry, tf.tensor4d(dy, outputShape(conv)), tf.tensor4d(w, filterShape(conv)));
        expect(actual.shape).toEqual(inputShape(conv));
        expectClose(actual, inputGradient(conv, dy, w));
      }),
    );
  });
});
