import { backend_util } from '@tensorflow/tfjs';

type Padding = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = Parameters<typeof backend_util.computeConv2DInfo>[5];
type Shape4D = [number, number, number, number];

export type ConvolutionAttrs = {
  strides: [number, number] | number;
  pad: Padding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: Rounding;
};

/** One spatial axis of a convolution. `output` is the length of dy: core's gradients drop the rounding mode, so it is not derived again. */
export type ConvolutionAxis = {
  readonly input: number;
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
};

export type ConvolutionGeometry = {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly rows: ConvolutionAxis;
  readonly columns: ConvolutionAxis;
};

export function convolutionGeometry(
  kernelName: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  dyShape: readonly number[],
  attrs: ConvolutionAttrs,
  depthwise = false,
): ConvolutionGeometry {
  if (attrs.dataFormat === 'NCHW') {
    throw new Error(`${kernelName} on the wasm backend takes dataFormat 'NHWC', not 'NCHW'.`);
  }
  const info = backend_util.computeConv2DInfo(inputShape as Shape4D, filterShape as Shape4D, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode, depthwise);
  const [batch, rows, columns, outChannels] = dyShape as Shape4D;
  if (batch !== info.batchSize || outChannels !== info.outChannels) {
    throw new Error(`${kernelName}: dy of shape [${dyShape}] does not fit an input of shape [${inputShape}].`);
  }
  const geometry = geometryOf(info);
  return { ...geometry, rows: { ...geometry.rows, output: rows }, columns: { ...geometry.columns, output: columns } };
}

export function geometryOf(info: backend_util.Conv2DInfo): ConvolutionGeometry {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      filter: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      padBefore: info.padInfo.top,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      filter: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      padBefore: info.padInfo.left,
    },
  };
}

/** The filter taps that land inside the input for one output position. */
export function tapsInside({ input, filter, stride, padBefore }: ConvolutionAxis, output: number): [first: number, last: number] {
  const start = output * stride - padBefore;
  return [Math.max(0, -start), Math.min(filter, input - start)];
}
