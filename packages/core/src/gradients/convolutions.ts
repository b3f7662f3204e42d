import * as tf from '@tensorflow/tfjs';
import { gradientOf, runKernel } from './define.ts';

type Window = {
  strides: [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

type Window3D = { strides: [number, number, number]; pad: 'valid' | 'same' };

/**
 * Of the gradients of convolutions, each linear in both of its operands. A penalty on an input gradient differentiates
 * the first of either pair; only the mixed derivatives of two weights need the filter's.
 */
export const convolutionGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Conv2DBackpropFilter, ['x', 'dy'], (ddw, { x, dy }, window: Window & { dataFormat: 'NHWC' }) => ({
    x: () => runKernel(tf.Conv2DBackpropInput, { dy, filter: ddw }, { ...window, inputShape: x.shape }),
    dy: () => tf.conv2d(x as tf.Tensor4D, ddw as tf.Tensor4D, window.strides, window.pad, window.dataFormat, 1, window.dimRoundingMode),
  })),
  gradientOf(tf.Conv3DBackpropInputV2, ['dy', 'filter'], (ddx, { dy, filter }, window: Window3D) => ({
    dy: () => tf.conv3d(ddx as tf.Tensor5D, filter as tf.Tensor5D, window.strides, window.pad),
    filter: () => runKernel(tf.Conv3DBackpropFilterV2, { x: ddx, dy }, { ...window, filterShape: filter.shape }),
  })),
  gradientOf(tf.Conv3DBackpropFilterV2, ['x', 'dy'], (ddw, { x, dy }, window: Window3D) => ({
    x: () => runKernel(tf.Conv3DBackpropInputV2, { dy, filter: ddw }, { ...window, inputShape: x.shape }),
    dy: () => tf.conv3d(x as tf.Tensor5D, ddw as tf.Tensor5D, window.strides, window.pad),
  })),
  gradientOf(tf.DepthwiseConv2dNativeBackpropInput, ['dy', 'filter'], (ddx, { dy, filter }, window: Window) => ({
    dy: () => depthwise(ddx, filter, window),
    filter: () => runKernel(tf.DepthwiseConv2dNativeBackpropFilter, { x: ddx, dy }, { ...window, filterShape: filter.shape }),
  })),
  gradientOf(tf.DepthwiseConv2dNativeBackpropFilter, ['x', 'dy'], (ddw, { x, dy }, window: Window) => ({
    x: () => runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy, filter: ddw }, { ...window, inputShape: x.shape }),
    dy: () => depthwise(x, ddw, window),
  })),
];

function depthwise(x: tf.Tensor, filter: tf.Tensor, { strides, pad, dimRoundingMode }: Window): tf.Tensor {
  return tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', 1, dimRoundingMode);
}
