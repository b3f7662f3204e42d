import { backend_util } from '@tensorflow/tfjs';
import type { ConvolutionAttrs, ConvolutionAxis } from './conv2d-geometry.ts';
import { tapsInside } from './conv2d-geometry.ts';

type Shape4D = [number, number, number, number];

export type PoolAttrs = Pick<ConvolutionAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & {
  filterSize: [number, number] | number;
};

export type PoolGeometry = {
  readonly batch: number;
  readonly channels: number;
  readonly rows: ConvolutionAxis;
  readonly columns: ConvolutionAxis;
};

export function poolGeometry(inputShape: readonly number[], dyShape: readonly number[], attrs: PoolAttrs): PoolGeometry {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const [batch, height, width, channels] = inputShape as Shape4D;
  const info = backend_util.computePool2DInfo(inputShape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    batch,
    channels,
    rows: {
      input: height,
      output: dyShape[1]!,
      filter: info.filterHeight,
      stride: info.strideHeight,
      dilation: 1,
      padBefore: info.padInfo.top,
    },
    columns: {
      input: width,
      output: dyShape[2]!,
      filter: info.filterWidth,
      stride: info.strideWidth,
      dilation: 1,
      padBefore: info.padInfo.left,
    },
  };
}

/** The part of one output's window that lies inside the input: offsets of its first row's first channel, and its size. */
export type Window = { readonly start: number; readonly rowStride: number; readonly rows: number; readonly columns: number };

export function forEachWindow({ batch, channels, rows, columns }: PoolGeometry, visit: (window: Window, output: number) => void): void {
  const rowStride = columns.input * channels;
  let output = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows.output; i++) {
      const [top, bottom] = tapsInside(rows, i);
      const y = n * rows.input + i * rows.stride - rows.padBefore + top;
      for (let j = 0; j < columns.output; j++, output += channels) {
        const [left, right] = tapsInside(columns, j);
        const x = j * columns.stride - columns.padBefore + left;
        visit({ start: y * rowStride + x * channels, rowStride, rows: bottom - top, columns: right - left }, output);
      }
    }
  }
}
