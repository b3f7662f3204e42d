import { backend_util } from '@tensorflow/tfjs';
import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs';
import type { ConvolutionAttrs } from './conv2d-geometry.ts';
import { withExplicitPadding } from './explicit-padding.ts';
import { beforeStock } from './kernel.ts';
import { forward, isWorthwhile } from './parallel/conv2d.ts';

type Inputs = { x: Tensor4D; filter: Tensor4D };
type Attrs = ConvolutionAttrs & { dilations: [number, number] | number };

/** Large convolutions go to the shared-out kernel, the others to the stock one. */
export function withParallelConv2D(stock: KernelConfig): KernelConfig {
  return beforeStock<Inputs, Attrs>(({ x, filter }, { strides, pad, dataFormat, dilations, dimRoundingMode }, backend) => {
    if (dataFormat === 'NCHW') return undefined;
    const info = backend_util.computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad, dimRoundingMode);
    const convolution = {
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
    return isWorthwhile(convolution, 'forward') ? forward(backend, x, filter, convolution) : undefined;
  })(withExplicitPadding(stock));
}
