import '@ganzoo/wasm';
import {
  adam,
  defineGan,
  discriminator,
  generator,
  liveModel,
  memory,
  nonSaturating,
  type Callback,
  type Gan,
  type GanSpec,
  type Latents,
  type Logits,
  type ModelRecipe,
  type Network,
  type Store,
} from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** In `npm run test:native`: every test takes TensorFlow's own backend, whatever it asks for. */
export const isNative = Boolean(tf.findBackendFactory('tensorflow'));
export const backends: readonly string[] = isNative ? ['tensorflow'] : ['cpu', 'wasm'];

export async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
}

/** A GAN of points in the plane, small enough to train for a thousand steps in a test. */
export function planeGan(overrides: Partial<GanSpec<Logits, Latents>> = {}): Gan {
  return defineGan({
    name: 'plane',
    sampleShape: [2],
    generator: generator({ latentDim: 3, network: mlp({ inputShape: [3], hidden: [8], outputShape: [2], norm: 'batch' }) }),
    discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [8, 8], outputShape: [1], dropout: 0.2 }) }),
    loss: nonSaturating(),
    optimizers: { generator: adam({ learningRate: 1e-3 }), discriminator: adam({ learningRate: 1e-3 }) },
    ...overrides,
  });
}

/** A DCGAN of 8 by 8 pixels. */
export function imageGan(overrides: Partial<GanSpec<Logits, Latents>> = {}): Gan {
  const sampleShape = [8, 8, 1];
  return defineGan({
    name: 'images',
    sampleShape,
    generator: generator({ latentDim: 4, network: convGenerator({ latentDim: 4, sampleShape, widths: [6, 4], kernel: 4 }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [4, 6], kernel: 4 }) }),
    loss: nonSaturating(),
    ...overrides,
  });
}

/** Deterministic values that no two samples share. */
export function points(count: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => Float32Array.of(Math.cos(i * 2.4) * 0.9, Math.sin(i * 2.4) * 0.9));
}

export function images(count: number, [h, w, c]: readonly [number, number, number] = [8, 8, 1]): tf.Tensor {
  const values = Float32Array.from({ length: count * h * w * c }, (_, i) => Math.sin(i * 0.37 + Math.floor(i / (h * w * c))));
  return tf.tensor(values, [count, h, w, c]);
}

/** Every number a checkpoint of the trainer holds. */
export async function bytesOf(trainer: { save: (store: Store) => Promise<void> }): Promise<Uint8Array> {
  const store = memory();
  await trainer.save(store);
  return (await store.read('checkpoint.safetensors')) as Uint8Array;
}

/** Records `numTensors` at the given steps. */
export function countTensors(at: readonly number[]): Callback & { counts: number[] } {
  const counts: number[] = [];
  return { name: 'count', counts, onStep: (run) => void (at.includes(run.step) && counts.push(tf.memory().numTensors)) };
}

/** A network of any input, as the generators and discriminators have theirs. */
export function anyNetwork(network: ModelRecipe): Network<{ z: tf.Tensor }, { samples: tf.Tensor }> {
  return {
    name: 'any',
    config: null,
    build: (init) =>
      liveModel(
        'test',
        network,
        init,
        ({ z }: { z: tf.Tensor }) => z,
        ([samples]) => ({ samples: samples as tf.Tensor }),
      ),
  };
}
