import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { convolutionGeometry, type ConvolutionAttrs, type ConvolutionAxis } from './conv2d-geometry.ts';
import { wasmKernel } from './kernel.ts';
import { backwardFilter, isWorthwhile } from './parallel/conv2d.ts';
import { paddedConv2d, type AxisPadding } from './padded-conv2d.ts';

type Inputs = { x: Tensor4D; dy: Tensor4D };
type Attrs = ConvolutionAttrs & { filterShape: number[] };

/**
 * The filter's gradient correlates the input with dy, one step of dy being a stride of the input:
 * a convolution dilated by the stride, with the batch in the place of the channels.
 */
export const conv2DBackpropFilter = wasmKernel<Inputs, Attrs>(tf.Conv2DBackpropFilter, ({ x, dy }, attrs, backend) => {
  const geometry = convolutionGeometry(tf.Conv2DBackpropFilter, x.shape, attrs.filterShape, dy.shape, attrs);
  const { rows, columns } = geometry;
  const quick = isWorthwhile(geometry, 'filter') ? backwardFilter(backend, x, dy, geometry) : undefined;
  if (quick) return quick;
  return tf.tidy(() => {
    const correlated = paddedConv2d(tf.transpose(x, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), inputPadding(rows), inputPadding(columns), [
      rows.stride,
      columns.stride,
    ]);
    return tf.transpose(correlated, [1, 2, 0, 3]);
  });
});

/** Pads, or crops where the forward pass never looked, until exactly one window per filter tap fits. */
function inputPadding({ input, output, filter, stride, padBefore }: ConvolutionAxis): AxisPadding {
  return [padBefore, (output - 1) * stride + filter - padBefore - input];
}
