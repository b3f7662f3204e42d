import * as tf from '@tensorflow/tfjs';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { convolutionGeometry, tapsInside, type ConvolutionAttrs, type ConvolutionGeometry } from './conv2d-geometry.ts';
import { floats } from './heap.ts';
import { wasmKernel } from './kernel.ts';

type Attrs = Omit<ConvolutionAttrs, 'dataFormat'> & { dilations?: [number, number] | number | null };

export const depthwiseConv2dBackpropInput = wasmKernel<{ dy: Tensor; filter: Tensor }, Attrs & { inputShape: number[] }>(
  tf.DepthwiseConv2dNativeBackpropInput,
  ({ dy, filter }, attrs, backend) => {
    const name = tf.DepthwiseConv2dNativeBackpropInput;
    const geometry = depthwiseGeometry(name, attrs.inputShape, filter.shape, dy.shape, attrs);
    const channels = geometry.inChannels;
    const [byMultiple, weightsByMultiple] = [multiplesFirst(dy, geometry), multiplesFirst(filter, geometry)];
    const out = backend.makeOutput(attrs.inputShape, 'float32');
    const dx = floats(backend, out).fill(0);
    const gradient = floats(backend, byMultiple);
    const weights = floats(backend, weightsByMultiple);
    forEachTap(geometry, (pixel, tap, output) => {
      for (let c = 0; c < channels; c++) dx[pixel + c]! += gradient[output + c]! * weights[tap + c]!;
    });
    tf.dispose([byMultiple, weightsByMultiple]);
    return out;
  },
);

export const depthwiseConv2dBackpropFilter = wasmKernel<{ x: Tensor; dy: Tensor }, Attrs & { filterShape: number[] }>(
  tf.DepthwiseConv2dNativeBackpropFilter,
  ({ x, dy }, attrs, backend) => {
    const name = tf.DepthwiseConv2dNativeBackpropFilter;
    const geometry = depthwiseGeometry(name, x.shape, attrs.filterShape, dy.shape, attrs);
    const { inChannels: channels, outChannels, rows, columns } = geometry;
    const taps = rows.filter * columns.filter;
    const byMultiple = multiplesFirst(dy, geometry);
    const input = floats(backend, x);
    const gradient = floats(backend, byMultiple);
    // Every tap sums over the whole batch and plane, which float32 would round too often.
    const sums = new Float64Array(taps * outChannels);
    forEachTap(geometry, (pixel, tap, output) => {
      for (let c = 0; c < channels; c++) sums[tap + c]! += input[pixel + c]! * gradient[output + c]!;
    });
    byMultiple.dispose();
    const out: TensorInfo = backend.makeOutput(attrs.filterShape, 'float32');
    const dw = floats(backend, out);
    const multiplier = outChannels / channels;
    for (let i = 0; i < dw.length; i++) dw[i] = sums[(i % multiplier) * taps * channels + Math.floor(i / multiplier)]!;
    return out;
  },
);

/** Brings the channel multiplier to the front, which leaves one convolution without it per multiple and unit strides inside. */
function multiplesFirst(x: Tensor, { inChannels, outChannels }: ConvolutionGeometry): Tensor {
  return tf.tidy(() => tf.transpose(tf.reshape(x, [-1, inChannels, outChannels / inChannels]), [2, 0, 1]));
}

function depthwiseGeometry(
  kernelName: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  dyShape: readonly number[],
  attrs: Attrs,
): ConvolutionGeometry {
  if ([attrs.dilations ?? 1].flat().some((dilation) => dilation !== 1)) {
    throw new Error(`${kernelName} on the wasm backend takes dilations of 1, not ${String(attrs.dilations)}.`);
  }
  return convolutionGeometry(kernelName, inputShape, filterShape, dyShape, { ...attrs, dataFormat: 'NHWC' }, true);
}

/** Visits every pair of an input pixel and an output pixel that a tap joins, as offsets of their first channels. */
function forEachTap({ batch, inChannels, outChannels, rows, columns }: ConvolutionGeometry, visit: (pixel: number, tap: number, output: number) => void): void {
  let output = 0;
  for (let multiple = 0; multiple < outChannels / inChannels; multiple++) {
    const filter = multiple * rows.filter * columns.filter;
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < rows.output; i++) {
        const [firstRow, lastRow] = tapsInside(rows, i);
        for (let j = 0; j < columns.output; j++, output += inChannels) {
          const [firstColumn, lastColumn] = tapsInside(columns, j);
          const left = j * columns.stride - columns.padBefore;
          for (let a = firstRow; a < lastRow; a++) {
            const y = n * rows.input + i * rows.stride - rows.padBefore + a;
            for (let b = firstColumn; b < lastColumn; b++) {
              const tap = filter + a * columns.filter + b;
              visit((y * columns.input + left + b) * inChannels, tap * inChannels, output);
            }
          }
        }
      }
    }
  }
}
