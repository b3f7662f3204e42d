import * as tf from '@tensorflow/tfjs';
import { STAGES, type FeatureDimensions } from './architecture.ts';
import type { FoldedWeights } from './fold.ts';
import type { Conv, Layer, Pool } from './layers.ts';

/** The network on the active backend, from its input [n, 299, 299, 3] on. */
export class InceptionNetwork {
  readonly #tensors = new Map<string, tf.Tensor>();

  constructor(weights: FoldedWeights) {
    try {
      for (const [name, { shape, values }] of weights) this.#tensors.set(name, tf.keep(tf.tensor(values, [...shape])));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Means over all places of the features of a stage, [n, dimensions]. */
  features(input: tf.Tensor4D, dimensions: FeatureDimensions): tf.Tensor2D {
    return tf.tidy(() => {
      const last = STAGES.findIndex((stage) => stage.dimensions === dimensions);
      const layers = STAGES.slice(0, last + 1).flatMap((stage) => stage.layers);
      return tf.mean<tf.Tensor2D>(this.#run(layers, input), [1, 2]);
    });
  }

  /** Logits [n, 1008] of features [n, 2048]. */
  logits(features: tf.Tensor2D, bias: boolean): tf.Tensor2D {
    return tf.tidy(() => {
      const logits = tf.matMul<tf.Tensor2D>(features, this.#tensor('fc/weight'));
      return bias ? tf.add(logits, this.#tensor('fc/bias')) : logits;
    });
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values()]);
    this.#tensors.clear();
  }

  /** One layer after another, each input freed as soon as it is used: all activations of an image together take 100 MB. */
  #run(layers: readonly Layer[], input: tf.Tensor4D): tf.Tensor4D {
    return layers.reduce((given, layer) => {
      const made = tf.tidy(() => this.#apply(layer, given));
      if (given !== input) given.dispose();
      return made;
    }, input);
  }

  #apply(layer: Layer, input: tf.Tensor4D): tf.Tensor4D {
    if (layer.kind === 'conv') return this.#convolve(layer, input);
    if (layer.kind !== 'branches') return pool(layer, input);
    const made = layer.branches.map((branch) => this.#run(branch, input));
    return tf.concat(made, 3);
  }

  #convolve({ name, stride, pad }: Conv, x: tf.Tensor4D): tf.Tensor4D {
    const [filter, bias] = [this.#tensor(`${name}/filter`) as tf.Tensor4D, this.#tensor(`${name}/bias`)];
    return tf.fused.conv2d({ x, filter, bias, strides: stride, pad, activation: 'relu' });
  }

  #tensor(name: string): tf.Tensor {
    return this.#tensors.get(name) as tf.Tensor;
  }
}

/** The mean is of the pixels there are: all backends leave padding out. */
function pool({ kind, stride, pad }: Pool, x: tf.Tensor4D): tf.Tensor4D {
  return kind === 'max' ? tf.maxPool(x, 3, stride, pad) : tf.avgPool(x, 3, stride, pad);
}
