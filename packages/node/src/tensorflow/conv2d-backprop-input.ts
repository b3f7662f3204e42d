import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeStock, executeWithSizes, float32, type KernelWrapper } from './kernel.ts';

/** Up to here the other kernel is faster, two to six times at 28 to 64 pixels; from 8 channels on it is slower. */
const FEW_CHANNELS = 4;

interface Attrs {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape: [number, number, number, number];
}

/**
 * Images of few channels, as at the end of every generator: with its padding spelled out, TensorFlow takes its own kernel and
 * not oneDNN's, which fills vectors with channels that are not there.
 */
export const convolutionToFewChannels: KernelWrapper = beforeStock<{ dy: Tensor; filter: Tensor }, Attrs>(
  tf.Conv2DBackpropInput,
  ({ dy, filter }, { strides, pad, dataFormat, dimRoundingMode, inputShape }, backend) => {
    if (backend.isUsingGpuDevice || dataFormat === 'NCHW' || inputShape[3] > FEW_CHANNELS || dy.dtype !== 'float32') return undefined;
    const shape = filter.shape as [number, number, number, number];
    const { padInfo, strideHeight, strideWidth } = tf.backend_util.computeConv2DInfo(inputShape, shape, strides, 1, pad, dimRoundingMode);
    const attributes = {
      T: float32,
      strides: [1, strideHeight, strideWidth, 1],
      padding: 'EXPLICIT',
      explicit_paddings: [0, 0, padInfo.top, padInfo.bottom, padInfo.left, padInfo.right, 0, 0],
      data_format: 'NHWC',
      dilations: [1, 1, 1, 1],
    };
    return executeWithSizes(backend, 'Conv2DBackpropInput', attributes, inputShape, (sizes) => [sizes, ...backend.getInputTensorIds([filter, dy])]);
  },
);
