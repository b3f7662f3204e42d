import { backend_util } from '@tensorflow/tfjs';
import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs';
import { geometryOf, type ConvolutionAttrs } from './conv2d-geometry.ts';
import { withExplicitPadding } from './explicit-padding.ts';
import { beforeStock } from './kernel.ts';
import { forward, isWorthwhile } from './parallel/conv2d.ts';

type Inputs = { x: Tensor4D; filter: Tensor4D };
type Attrs = ConvolutionAttrs & { dilations: [number, number] | number };

/** Large convolutions go to the shared-out kernel, the others to the stock one. */
export function withParallelConv2D(stock: KernelConfig): KernelConfig {
  return beforeStock<Inputs, Attrs>(({ x, filter }, { strides, pad, dataFormat, dilations, dimRoundingMode }, backend) => {
    if (dataFormat === 'NCHW') return undefined;
    const convolution = geometryOf(backend_util.computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad, dimRoundingMode));
    return isWorthwhile(convolution, 'forward') ? forward(backend, x, filter, convolution) : undefined;
  })(withExplicitPadding(stock));
}
