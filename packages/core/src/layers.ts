import * as tf from '@tensorflow/tfjs';
import { leanConv2D, leanDense } from './lean-layers.ts';
import { batchNormalize, layerNormalize } from './ops.ts';
import type { Pass } from './types.ts';

/** What a layer is called with besides its input. `pass` is missing when somebody calls `model.predict` directly. */
interface CallArguments {
  readonly training?: boolean;
  readonly pass?: Pass;
}

type Layer = tf.layers.Layer;
/** Undefined leaves an input to the stock layer. */
type Call = (input: tf.Tensor, args: CallArguments) => tf.Tensor | undefined;

const adopted = new WeakSet<Layer>();

/**
 * Gives the stock layers of a model a `call` that obeys {@link Pass} and has right gradients. The layers stay stock: a
 * saved model loads in plain TensorFlow.js, and any function that builds a model can be a network.
 *
 * - BatchNormalization moves its moments only where the pass allows it, works without scale or center, and tiles nothing.
 * - Dropout draws a new mask at each call from the pass's stream, also when it was given a seed.
 * - LayerNormalization tiles nothing.
 *
 * Layers that have been given theirs keep it. The gradients of all others are those of their ops: see
 * {@link enableHigherOrderGradients}.
 */
export function adoptLayers(model: tf.LayersModel): void {
  for (const [index, layer] of allLayers(model).entries()) {
    if (adopted.has(layer)) continue;
    adopted.add(layer);
    const adopt = adoptions[layer.getClassName()];
    const call = adopt?.(layer, index);
    if (!call) continue;
    const stock = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
      const args = kwargs as CallArguments;
      return (args.pass && call(input, args)) ?? stock(inputs, kwargs);
    };
  }
}

/** All layers of a model in order, those of nested models in their place. */
export function allLayers(model: tf.LayersModel): Layer[] {
  return model.layers.flatMap((layer) => (isModel(layer) ? allLayers(layer) : [layer]));
}

/** Stock layers that look at one sample at a time. */
const sampleBySample: ReadonlySet<string> = new Set(
  [
    ['InputLayer', 'Dense', 'Embedding', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Dropout', 'SpatialDropout1D'],
    ['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'ThresholdedReLU', 'LayerNormalization'],
    ['Conv1D', 'Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'SeparableConv2D', 'UpSampling2D', 'ZeroPadding2D', 'Cropping2D'],
    [1, 2].flatMap((rank) => [`MaxPooling${rank}D`, `AveragePooling${rank}D`, `GlobalMaxPooling${rank}D`, `GlobalAveragePooling${rank}D`]),
    ['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate'],
  ].flat(),
);

/** Whether no layer of a model mixes the samples of a batch; of layers it does not know it says that they do. */
export function isIndependent(model: tf.LayersModel): boolean {
  return allLayers(model).every((layer) => sampleBySample.has(layer.getClassName()));
}

function isModel(layer: Layer): layer is Layer & tf.LayersModel {
  return Array.isArray((layer as unknown as tf.LayersModel).layers);
}

/** The value of a layer's weight by its role, such as `gamma`; undefined where the layer has none. */
function weight(layer: Layer, role: string): tf.Tensor | undefined {
  return layer.weights.find((variable) => roleOf(variable.originalName) === role)?.read();
}

/** `dense_Dense1/kernel` is a `kernel`. */
export function roleOf(weightName: string): string {
  return weightName.slice(weightName.lastIndexOf('/') + 1);
}

const adoptions: Readonly<Record<string, (layer: Layer, index: number) => Call | undefined>> = {
  BatchNormalization: adoptBatchNormalization,
  Conv2D: leanConv2D,
  Dense: leanDense,
  LayerNormalization: adoptLayerNormalization,
  Dropout: adoptDropout,
};

function adoptBatchNormalization(layer: Layer): Call {
  const { axis, epsilon, momentum } = layer.getConfig() as { axis: number; epsilon: number; momentum: number };
  const move = (role: string, target: tf.Tensor, keep: number): void => {
    const moving = layer.weights.find((variable) => roleOf(variable.originalName) === role);
    if (moving) moving.write(tf.add(tf.mul(moving.read(), keep), tf.mul(target, 1 - keep)));
  };
  return (input, { training, pass }) => {
    // Statistics are computed over the last axis; another one is rare enough for two transposes.
    const channelsLast = axis === -1 || axis === input.rank - 1;
    const x = channelsLast ? input : tf.transpose(input, swapped(input.rank, axis));
    const channels = x.shape[x.rank - 1] as number;
    const gamma = weight(layer, 'gamma') ?? tf.ones([channels]);
    const beta = weight(layer, 'beta') ?? tf.zeros([channels]);
    let y: tf.Tensor;
    if (training) {
      const result = batchNormalize(x, gamma, beta, epsilon);
      y = result.y;
      if (pass?.updateState) {
        const keep = pass.stateMomentum ?? momentum;
        tf.tidy(() => {
          move('moving_mean', result.mean, keep);
          move('moving_variance', result.variance, keep);
        });
      }
    } else {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(weight(layer, 'moving_variance') as tf.Tensor, epsilon)));
      const offset = tf.sub(beta, tf.mul(weight(layer, 'moving_mean') as tf.Tensor, scale));
      y = tf.add(tf.mul(x, scale), offset);
    }
    return channelsLast ? y : tf.transpose(y, swapped(input.rank, axis));
  };
}

/** The permutation that exchanges `axis` and the last axis: its own inverse. */
function swapped(rank: number, axis: number): number[] {
  const order = Array.from({ length: rank }, (_, i) => i);
  order[axis] = rank - 1;
  order[rank - 1] = axis;
  return order;
}

function adoptLayerNormalization(layer: Layer): Call {
  const { axis, epsilon } = layer.getConfig() as { axis: number | number[]; epsilon: number };
  return (input) => {
    const axes = [axis].flat().map((a) => (a < 0 ? a + input.rank : a));
    const shape = input.shape.map((size, index) => (axes.includes(index) ? size : 1));
    const spread = (role: string): tf.Tensor | undefined => {
      const value = weight(layer, role);
      return value && tf.reshape(value, shape);
    };
    return layerNormalize(input, spread('gamma'), spread('beta'), epsilon, axes);
  };
}

function adoptDropout(layer: Layer, index: number): Call {
  const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: (number | null)[] };
  return (input, { training, pass }) => {
    if (!training || !pass || rate === 0) return tf.clone(input);
    const shape = noiseShape?.map((size, axis) => size ?? (input.shape[axis] as number)) ?? input.shape;
    const draws = pass.rng.fork(`dropout ${index}`).uniform(shape, 1 - rate, 2 - rate);
    return tf.mul(input, tf.mul(tf.floor(draws), 1 / (1 - rate)));
  };
}
