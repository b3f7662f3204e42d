import { adam, cosine, enableHigherOrderGradients, liveModel, type Live, type Rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { convolutions } from './network.ts';

/**
 * The network of the digit classifier as it is trained, for images of any size and classes of any number: with batch
 * normalization after each convolution, and dropout before the last layer. Its output are logits.
 */
function trainableClassifier(imageShape: readonly number[], classes: number): (init: Rng) => tf.LayersModel {
  return (init) => {
    const seed = (): number => init.integer() % 2147483647;
    const input = tf.input({ shape: [...imageShape] });
    let x = input;
    for (const { kernel, filters, stride, pooled } of convolutions) {
      const kernelInitializer = tf.initializers.heNormal({ seed: seed() });
      const convolution = tf.layers.conv2d({ filters, kernelSize: kernel, strides: stride, padding: 'same', useBias: false, kernelInitializer });
      x = convolution.apply(x) as tf.SymbolicTensor;
      x = tf.layers.batchNormalization({ momentum: 0.99, epsilon: 1e-3 }).apply(x) as tf.SymbolicTensor;
      x = tf.layers.activation({ activation: 'relu' }).apply(x) as tf.SymbolicTensor;
      if (pooled) x = tf.layers.maxPooling2d({ poolSize: 2, padding: 'same' }).apply(x) as tf.SymbolicTensor;
    }
    x = tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.dropout({ rate: 0.3 }).apply(x) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: tf.layers.dense({ units: classes }).apply(x) as tf.SymbolicTensor });
  };
}

export interface ClassifierTraining {
  readonly imageShape: readonly number[];
  readonly classes: number;
  readonly updates: number;
  /** Of the weights, and of dropout. */
  readonly rng: Rng;
  /** The images `[n, ...imageShape]` and classes, int32 `[n]`, of an update. They are disposed of after it. */
  readonly batch: (update: number, rng: Rng) => readonly [tf.Tensor4D, tf.Tensor1D];
  readonly onUpdate: (update: number, loss: tf.Scalar) => void | Promise<void>;
}

/** Trains it by Adam, at a rate that falls from 2e-3 along a cosine. The caller disposes the network. */
export async function trainClassifier(training: ClassifierTraining): Promise<Live<tf.Tensor, tf.Tensor> & { readonly model: tf.LayersModel }> {
  const { imageShape, classes, updates, rng, batch, onUpdate } = training;
  // Max pooling's gradient is wrong on wasm as it comes.
  enableHigherOrderGradients();
  const live = liveModel<tf.Tensor, tf.Tensor>(
    'metrics/classifier',
    trainableClassifier(imageShape, classes),
    rng.fork('weights'),
    (input) => input,
    ([logits]) => logits as tf.Tensor,
  );
  const optimizer = adam({ learningRate: cosine({ from: 2e-3, updates }), beta1: 0.9 }).build();
  optimizer.slots(live.trainable);
  try {
    for (let update = 0; update < updates; update++) {
      const stream = rng.fork(`batch ${update}`);
      const [images, labels] = batch(update, stream);
      // Short trainings must not keep the moments of their beginning.
      const stateMomentum = Math.min(0.99, (update + 1) / (update + 10));
      const { value, grads } = tf.variableGrads(() => {
        const logits = live.apply(images, { training: true, updateState: true, stateMomentum, rng: stream });
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, classes)), 1))) as tf.Scalar;
      }, [...live.trainable.values()]);
      try {
        optimizer.apply(new Map([...live.trainable].map(([key, variable]) => [key, grads[variable.name] as tf.Tensor])), live.trainable, update);
        await onUpdate(update, value);
      } finally {
        tf.dispose([images, labels, value, grads]);
      }
    }
    return live;
  } catch (error) {
    live.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
}
