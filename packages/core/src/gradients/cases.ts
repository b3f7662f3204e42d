import * as tf from '@tensorflow/tfjs';
import { adoptLayers } from '../layers.ts';
import { rng, withSeededMathRandom } from '../random.ts';
import { awayFromZero, layerSubject } from './layer-subject.ts';
import type { Subject } from './measure.ts';

/** Something to check, made when it is looked at. */
interface GradientCase {
  readonly name: string;
  readonly kind: 'op' | 'layer';
  readonly open: () => Subject;
}

function op(name: string, shapes: readonly (readonly number[])[], run: (...inputs: never[]) => tf.Tensor): GradientCase {
  return {
    name,
    kind: 'op',
    open() {
      const inputs = shapes.map((shape, index) => awayFromZero([...shape], rng(0).fork(`${name} ${index}`)));
      return { inputs, variables: [], apply: (given) => [run(...(given as never[]))], dispose: () => tf.dispose(inputs) };
    },
  };
}

function layer(name: string, inputShape: readonly number[], make: () => tf.layers.Layer): GradientCase {
  return {
    name,
    kind: 'layer',
    open() {
      const made = withSeededMathRandom(rng(0).fork(name), () => {
        const built = make();
        const input = tf.input({ shape: [...inputShape] });
        adoptLayers(tf.model({ inputs: input, outputs: built.apply(input) as tf.SymbolicTensor }));
        return built;
      });
      const subject = layerSubject(made, rng(0));
      const dispose = (): void => {
        subject.dispose();
        for (const weight of made.weights) weight.dispose();
      };
      return { ...subject, dispose };
    },
  };
}

/** Odd sizes show what is wrong at borders and with strides that do not fit. */
const [image, row, batch] = [[5, 7, 3], [6], [2, 5, 7, 3]];
type X = tf.Tensor;
type Image = tf.Tensor4D;

const elementwise: readonly GradientCase[] = [
  op('relu', [batch], (x: X) => tf.relu(x)),
  op('leakyRelu', [batch], (x: X) => tf.leakyRelu(x, 0.2)),
  op('prelu', [batch, [3]], (x: X, alpha: X) => tf.prelu(x, alpha)),
  op('relu6', [batch], (x: X) => tf.relu6(tf.mul(x, 7))),
  op('elu', [batch], (x: X) => tf.elu(x)),
  op('selu', [batch], (x: X) => tf.selu(x)),
  op('softplus', [batch], (x: X) => tf.softplus(x)),
  op('tanh', [batch], (x: X) => tf.tanh(x)),
  op('sigmoid', [batch], (x: X) => tf.sigmoid(x)),
  op('exp', [batch], (x: X) => tf.exp(x)),
  op('swish', [batch], (x: X) => tf.mul(x, tf.sigmoid(x))),
  op('gelu', [batch], (x: X) => tf.mul(x, tf.erf(x))),
  op('mish', [batch], (x: X) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  op('clipByValue', [batch], (x: X) => tf.clipByValue(x, -0.6, 0.7)),
  op('maximum', [batch, [7, 1]], (a: X, b: X) => tf.maximum(a, b)),
  op('minimum', [batch, [3]], (a: X, b: X) => tf.minimum(a, b)),
  op('where', [batch], (x: X) => tf.where(tf.greater(x, 0), tf.square(x), x)),
  op('pow', [batch, [3]], (a: X, b: X) => tf.pow(tf.add(tf.square(a), 0.5), b)),
  op('squaredDifference', [batch, [7, 1]], (a: X, b: X) => tf.squaredDifference(a, b)),
];

const reductions: readonly GradientCase[] = [
  op('softmax', [batch], (x: X) => tf.softmax(x)),
  op('logSoftmax', [batch], (x: X) => tf.logSoftmax(x)),
  op('logSumExp', [batch], (x: X) => tf.logSumExp(x, [1, 2])),
  op('max', [batch], (x: X) => tf.max(x, [1, 2])),
  op('min', [batch], (x: X) => tf.min(x, -1)),
  op('prod', [batch], (x: X) => tf.prod(x, 1)),
  op('cumsum', [batch], (x: X) => tf.cumsum(x, 1, true)),
  op('tile', [batch], (x: X) => tf.tile(x, [1, 2, 1, 3])),
  op('broadcastTo', [[5, 1, 3]], (x: X) => tf.broadcastTo(x, [2, 5, 7, 3])),
  op('mirrorPad', [batch], (x: X) => {
    const paddings: [number, number][] = [
      [0, 0],
      [2, 1],
      [3, 2],
      [0, 0],
    ];
    return tf.mirrorPad(x, paddings, 'reflect');
  }),
];

const images: readonly GradientCase[] = [
  op('avgPool', [batch], (x: Image) => tf.avgPool(x, 3, 2, 'same')),
  op('maxPool', [batch], (x: Image) => tf.maxPool(x, 3, 2, 'same')),
  op('resizeNearestNeighbor', [batch], (x: Image) => tf.image.resizeNearestNeighbor(x, [7, 9])),
  op('resizeBilinear', [batch], (x: Image) => tf.image.resizeBilinear(x, [9, 8])),
  op('conv2d', [batch, [3, 2, 3, 4]], (x: Image, filter: Image) => tf.conv2d(x, filter, 2, 'same')),
  op('conv2dTranspose', [batch, [3, 2, 4, 3]], (x: Image, filter: Image) => tf.conv2dTranspose(x, filter, [2, 10, 14, 4], 2, 'same')),
  op('depthwiseConv2d', [batch, [3, 2, 3, 2]], (x: Image, filter: Image) => tf.depthwiseConv2d(x, filter, 2, 'same')),
];

const layers: readonly GradientCase[] = [
  layer('dense', row, () => tf.layers.dense({ units: 4 })),
  layer('conv1d', [7, 3], () => tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2 })),
  layer('conv2d', image, () => tf.layers.conv2d({ filters: 4, kernelSize: 4, strides: 3, padding: 'same' })),
  layer('conv2d with relu', image, () => tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' })),
  layer('conv2dTranspose', image, () => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  layer('depthwiseConv2d', image, () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' })),
  layer('separableConv2d', image, () => tf.layers.separableConv2d({ filters: 4, kernelSize: 3, strides: 2 })),
  layer('upSampling2d nearest', image, () => tf.layers.upSampling2d({ size: [2, 3] })),
  layer('upSampling2d bilinear', image, () => tf.layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })),
  layer('maxPooling2d', image, () => tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  layer('averagePooling2d', image, () => tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' })),
  layer('globalMaxPooling2d', image, () => tf.layers.globalMaxPooling2d({ dataFormat: 'channelsLast' })),
  layer('globalAveragePooling2d', image, () => tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' })),
  layer('batchNormalization', image, () => tf.layers.batchNormalization()),
  layer('batchNormalization without scale and center', image, () => tf.layers.batchNormalization({ scale: false, center: false })),
  layer('layerNormalization', image, () => tf.layers.layerNormalization()),
  layer('dropout', row, () => tf.layers.dropout({ rate: 0.3 })),
  layer('embedding', [4], () => tf.layers.embedding({ inputDim: 5, outputDim: 3 })),
  layer('lstm', [5, 3], () => tf.layers.lstm({ units: 3 })),
];

/** Every op and layer that networks here are made of. */
export const gradientCases: readonly GradientCase[] = [...elementwise, ...reductions, ...images, ...layers];
