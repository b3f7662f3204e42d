import * as tf from '@tensorflow/tfjs';
import { withSeededMathRandom } from '../random.ts';
import type { Pass, Rng } from '../types.ts';
import type { Subject } from './measure.ts';

/** What stands for a size that a model leaves open. */
const openSize = 5;

/** An activation as layers hold it. */
interface Activation {
  apply: (x: tf.Tensor) => tf.Tensor;
  readonly getClassName: () => string;
}

/**
 * A built layer, and apart from it the activation it ends in, if any: only an activation that is looked at by itself can
 * be kept from its kinks.
 */
export function layerSubjects(layer: tf.layers.Layer, rng: Rng): Subject[] {
  const whole = layerSubject(layer, rng);
  const { activation } = layer as { activation?: Activation };
  if (!activation?.apply || activation.getClassName() === 'linear' || layer.getClassName() === 'Activation') return [whole];
  const linear: Subject['apply'] = (moved) => {
    const { apply } = activation;
    activation.apply = (x) => x;
    try {
      return whole.apply(moved);
    } finally {
      activation.apply = apply;
    }
  };
  const inputs = [awayFromZero([4, 6], rng.fork('activation'))];
  const alone: Subject = {
    inputs,
    variables: [],
    apply: ([x]) => [activation.apply(x as tf.Tensor)],
    dispose: () => tf.dispose(inputs),
  };
  return [{ ...whole, apply: linear }, alone];
}

/**
 * A built layer as the trainer applies it, at random inputs of its own shape: 2 images, or 4 of anything smaller, so that
 * batch statistics have something to say.
 */
export function layerSubject(layer: tf.layers.Layer, rng: Rng): Subject {
  const pass: Pass = { training: true, updateState: false, rng: rng.fork('pass') };
  const takesIndices = layer.getClassName() === 'Embedding';
  const inputs = [layer.getInputAt(0)].flat().map((symbol, index) => {
    const batch = symbol.rank > 3 ? 2 : 4;
    const shape = symbol.shape.map((size, axis) => size ?? (axis === 0 ? batch : openSize));
    const stream = rng.fork(`input ${index}`);
    return takesIndices ? indices(shape, layer, stream) : awayFromZero(shape, stream);
  });
  const call = (given: readonly tf.Tensor[]): tf.Tensor | tf.Tensor[] =>
    layer.apply(given.length === 1 ? (given[0] as tf.Tensor) : [...given], { training: true, pass }) as tf.Tensor | tf.Tensor[];
  return {
    inputs: takesIndices ? [] : inputs,
    variables: layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
    // Stock noise draws from Math.random: here, the same numbers at each call.
    apply: (moved) => [withSeededMathRandom(rng.fork('stock layers'), () => call(takesIndices ? inputs : moved))].flat(),
    dispose: () => tf.dispose(inputs),
  };
}

function indices(shape: number[], layer: tf.layers.Layer, rng: Rng): tf.Tensor {
  const { inputDim } = layer.getConfig() as { inputDim: number };
  return tf.tidy(() => tf.cast(tf.floor(rng.uniform(shape, 0, inputDim)), 'int32'));
}

/** In [-1.25, -0.25] and [0.25, 1.25]: the kinks of rectifiers have no derivative to compare with. */
export function awayFromZero(shape: number[], rng: Rng): tf.Tensor {
  return tf.tidy(() => {
    const x = rng.uniform(shape, -1, 1);
    return tf.add(x, tf.mul(tf.sign(x), 0.25));
  });
}
