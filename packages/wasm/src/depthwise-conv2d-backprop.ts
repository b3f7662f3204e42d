import { DepthwiseConv2dNativeBackpropFilter, DepthwiseConv2dNativeBackpropInput, type TensorInfo } from '@tensorflow/tfjs';
import { convolutionGeometry, tapsInside, type ConvolutionAttrs, type ConvolutionGeometry } from './conv2d-geometry.ts';
import { floats } from './heap.ts';
import { wasmKernel } from './kernel.ts';

type Attrs = Omit<ConvolutionAttrs, 'dataFormat'> & { dilations?: [number, number] | number | null };

export const depthwiseConv2dBackpropInput = wasmKernel<
  { dy: TensorInfo; filter: TensorInfo },
  Attrs & { inputShape: number[] }
>(DepthwiseConv2dNativeBackpropInput, ({ dy, filter }, attrs, backend) => {
  const geometry = depthwiseGeometry(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filter.shape, dy.shape, attrs);
  const { inChannels } = geometry;
  const multiplier = geometry.outChannels / inChannels;
  const out = backend.makeOutput(attrs.inputShape, 'float32');
  const dx = floats(backend, out).fill(0);
  const gradient = floats(backend, dy);
  const weights = floats(backend, filter);
  forEachTap(geometry, (pixel, tap, output) => {
    for (let c = 0; c < inChannels; c++) {
      let sum = 0;
      for (let q = c * multiplier; q < (c + 1) * multiplier; q++) sum += gradient[output + q]! * weights[tap + q]!;
      dx[pixel + c]! += sum;
    }
  });
  return out;
});

export const depthwiseConv2dBackpropFilter = wasmKernel<
  { x: TensorInfo; dy: TensorInfo },
  Attrs & { filterShape: number[] }
>(DepthwiseConv2dNativeBackpropFilter, ({ x, dy }, attrs, backend) => {
  const geometry = depthwiseGeometry(DepthwiseConv2dNativeBackpropFilter, x.shape, attrs.filterShape, dy.shape, attrs);
  const { inChannels, outChannels, rows, columns } = geometry;
  const multiplier = outChannels / inChannels;
  const out = backend.makeOutput(attrs.filterShape, 'float32');
  const input = floats(backend, x);
  const gradient = floats(backend, dy);
  // Every tap sums over the whole batch and plane, which float32 would round too often.
  const sums = new Float64Array(rows.filter * columns.filter * outChannels);
  forEachTap(geometry, (pixel, tap, output) => {
    for (let c = 0; c < inChannels; c++) {
      const value = input[pixel + c]!;
      for (let q = c * multiplier; q < (c + 1) * multiplier; q++) sums[tap + q]! += value * gradient[output + q]!;
    }
  });
  floats(backend, out).set(sums);
  return out;
});

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
function forEachTap(
  { batch, inChannels, outChannels, rows, columns }: ConvolutionGeometry,
  visit: (pixel: number, tap: number, output: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows.output; i++) {
      const [firstRow, lastRow] = tapsInside(rows, i);
      for (let j = 0; j < columns.output; j++) {
        const [firstColumn, lastColumn] = tapsInside(columns, j);
        const output = ((n * rows.output + i) * columns.output + j) * outChannels;
        for (let a = firstRow; a < lastRow; a++) {
          const y = n * rows.input + i * rows.stride - rows.padBefore + a;
          const x = j * columns.stride - columns.padBefore;
          for (let b = firstColumn; b < lastColumn; b++) {
            visit((y * columns.input + x + b) * inChannels, (a * columns.filter + b) * outChannels, output);
          }
        }
      }
    }
  }
}
