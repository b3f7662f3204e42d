import * as tf from '@tensorflow/tfjs';
import { addBias } from './ops.ts';

type Layer = tf.layers.Layer;
type Apply = (input: tf.Tensor) => tf.Tensor;

/*
 * The stock Dense and Conv2D layers run fused kernels, whose gradient computes every part at once: that of the weights too,
 * in the turn of a player who does not move them. Composed of plain ops, only what is wanted is computed.
 */

/** A dense layer over `[batch, features]`; undefined for what has more axes. */
export function leanDense(layer: Layer): (input: tf.Tensor) => tf.Tensor | undefined {
  const finish = biasAndActivation(layer);
  return (input) => (input.rank === 2 ? finish(tf.matMul(input as tf.Tensor2D, kernelOf(layer) as tf.Tensor2D)) : undefined);
}

/** A convolution; undefined for channels first. */
export function leanConv2D(layer: Layer): Apply | undefined {
  const { strides, padding, dataFormat, dilationRate } = layer.getConfig() as {
    strides: [number, number];
    padding: 'same' | 'valid';
    dataFormat: string;
    dilationRate: [number, number];
  };
  if (dataFormat === 'channelsFirst') return undefined;
  const finish = biasAndActivation(layer);
  return (input) => finish(tf.conv2d(input as tf.Tensor4D, kernelOf(layer) as tf.Tensor4D, strides, padding, 'NHWC', dilationRate));
}

function kernelOf(layer: Layer): tf.Tensor {
  return layer.weights[0]?.read() as tf.Tensor;
}

function biasAndActivation(layer: Layer): Apply {
  const { useBias } = layer.getConfig() as { useBias: boolean };
  const { activation } = layer as unknown as { activation: { apply: Apply } | null };
  return (x) => {
    const biased = useBias ? addBias(x, layer.weights[1]?.read() as tf.Tensor) : x;
    return activation ? activation.apply(biased) : biased;
  };
}
