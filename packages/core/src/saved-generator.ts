import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectNumber, expectOneOf, GanzooError, showShape } from './errors.ts';
import { rng } from './random.ts';
import type { Rng } from './types.ts';

const SCOPE = 'core/savedGenerator';
/** At once: what a batch makes may be large. */
const batchSize = 64;

/** Which latents a saved generator draws. */
export interface SavedSampleOptions {
  /** Which latents. 0 unless told. */
  readonly seed?: number;
  /**
   * Largest size of a latent's values, redrawn until they are below it: fewer odd samples, and less variety (Brock et al. 2019,
   * https://arxiv.org/abs/1809.11096). At least 0.01; none unless told.
   */
  readonly truncation?: number;
}

/** A generator without its trainer. */
export interface SavedGenerator {
  /** Length of a latent vector. */
  readonly latentDim: number;
  /** Of one sample, without the batch. */
  readonly sampleShape: readonly number[];
  /** Latents `[count, latentDim]`. The caller disposes them. */
  readonly latents: (count: number, options?: SavedSampleOptions) => tf.Tensor2D;
  /** Samples `[n, ...sampleShape]` of latents `[n, latentDim]`, which stay their owner's. The caller disposes the samples. */
  readonly generate: (latents: tf.Tensor2D) => tf.Tensor;
  /** Both. */
  readonly sample: (count: number, options?: SavedSampleOptions) => tf.Tensor;
  /** Frees its weights. */
  readonly dispose: () => void;
}

/**
 * A generator that was saved as a TensorFlow.js layers model, as something to sample from, on the active backend:
 * `savedGenerator(await tf.loadLayersModel('generator/model.json'))`. The model is its own from then on.
 *
 * @param options.latents what it was trained with: `'normal'` unless told, or `'uniform'` in [-1, 1]
 * @throws GanzooError where the model takes more than latents `[n, d]`
 */
export function savedGenerator(model: tf.LayersModel, options: { readonly latents?: 'normal' | 'uniform' } = {}): SavedGenerator {
  expectKeys(SCOPE, options, ['latents']);
  const { latents: kind = 'normal' } = options;
  expectOneOf(SCOPE, 'latents', kind, ['normal', 'uniform']);
  const [input, ...others] = model.inputs;
  const [, latentDim, ...rest] = input?.shape ?? [];
  if (others.length > 0 || typeof latentDim !== 'number' || rest.length > 0)
    throw new GanzooError(SCOPE, 'the model takes more than latents [n, d]: give it what it takes by its own predict().');
  const latents = (count: number, drawing: SavedSampleOptions = {}): tf.Tensor2D => {
    expectInteger(SCOPE, 'the number of samples', count, 1);
    expectKeys(SCOPE, drawing, ['seed', 'truncation']);
    const { seed = 0, truncation } = drawing;
    expectInteger(SCOPE, 'seed', seed, 0);
    if (truncation !== undefined) expectNumber(SCOPE, 'truncation', truncation, 0.01);
    return drawn(rng(seed).fork('latents'), [count, latentDim], kind, truncation);
  };
  const generate = (z: tf.Tensor2D): tf.Tensor => {
    if (z.rank !== 2 || z.shape[1] !== latentDim) throw new GanzooError(SCOPE, `latents must be [n, ${latentDim}], got ${showShape(z.shape)}.`);
    return tf.tidy(() => model.predict(z, { batchSize }) as tf.Tensor);
  };
  return {
    latentDim,
    sampleShape: (model.outputs[0]?.shape.slice(1) ?? []) as number[],
    latents,
    generate,
    sample: (count, drawing) => tf.tidy(() => generate(latents(count, drawing))),
    dispose: () => void model.dispose(),
  };
}

function drawn(stream: Rng, shape: [number, number], kind: 'normal' | 'uniform', truncation = Infinity): tf.Tensor2D {
  if (kind === 'uniform') {
    const reach = Math.min(1, truncation);
    return stream.uniform(shape, -reach, reach) as tf.Tensor2D;
  }
  if (truncation === Infinity) return stream.normal(shape) as tf.Tensor2D;
  const values = new Float32Array(shape[0] * shape[1]);
  for (let at = 0, round = 0; at < values.length; round++) {
    const more = tf.tidy(() => stream.fork(round).normal([values.length]).dataSync());
    for (const value of more) if (Math.abs(value) <= truncation && at < values.length) values[at++] = value;
  }
  return tf.tensor2d(values, shape);
}
