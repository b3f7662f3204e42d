import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expectInteger, expectKeys, expectNumber, GanzooError, rng, showShape, type Rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { readRunConfig } from './run/config.ts';

const SCOPE = 'node/loadGenerator';
/** At once: what a batch makes may be large. */
const batchSize = 64;

/** Which latents a saved generator draws. */
export interface SavedSampleOptions {
  /** Which latents. 0 unless told. */
  readonly seed?: number;
  /**
   * Largest size of a latent's values, redrawn until they are below it: fewer odd samples, and less variety (Brock et al. 2019,
   * https://arxiv.org/abs/1809.11096). Above 0; none unless told.
   */
  readonly truncation?: number;
}

/** A generator of any run, without its trainer. */
export interface SavedGenerator {
  /** The `model.json` it was read from. */
  readonly path: string;
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
 * Reads a generator that was saved as a TensorFlow.js layers model: from a run directory, a folder with `model.json`, or that
 * file. Select the backend first.
 *
 * @throws GanzooError where there is none, it is damaged, or takes more than latents `[n, d]`
 */
export async function loadGenerator(path: string): Promise<SavedGenerator> {
  const file = [path, join(path, 'model.json'), join(path, 'generator/model.json')].find((candidate) => candidate.endsWith('.json') && existsSync(candidate));
  if (file === undefined)
    throw new GanzooError(
      SCOPE,
      `no generator in '${path}': expected a run directory, a folder with model.json, or such a file. trainer.save(folder(path)) writes one.`,
    );
  const model = await read(file);
  const [input, ...others] = model.inputs;
  const [, latentDim, ...rest] = input?.shape ?? [];
  const output = model.outputs[0]?.shape.slice(1) ?? [];
  if (others.length > 0 || typeof latentDim !== 'number' || rest.length > 0) {
    model.dispose();
    throw new GanzooError(SCOPE, `the generator in '${file}' takes more than latents [n, d]: open it by tf.loadLayersModel and give it what it takes.`);
  }
  const uniform = await drawsUniform(file);
  const latents = (count: number, options: SavedSampleOptions = {}): tf.Tensor2D => {
    expectInteger(SCOPE, 'the number of samples', count, 1);
    expectKeys(SCOPE, options, ['seed', 'truncation']);
    const { seed = 0, truncation } = options;
    expectInteger(SCOPE, 'seed', seed, 0);
    if (truncation !== undefined) expectNumber(SCOPE, 'truncation', truncation, 0.01);
    return drawn(rng(seed).fork('latents'), [count, latentDim], uniform, truncation);
  };
  const generate = (z: tf.Tensor2D): tf.Tensor => {
    if (z.rank !== 2 || z.shape[1] !== latentDim) throw new GanzooError(SCOPE, `latents must be [n, ${latentDim}], got ${showShape(z.shape)}.`);
    return tf.tidy(() => model.predict(z, { batchSize }) as tf.Tensor);
  };
  return {
    path: file,
    latentDim,
    sampleShape: output as number[],
    latents,
    generate,
    sample: (count, options) => tf.tidy(() => generate(latents(count, options))),
    dispose: () => void model.dispose(),
  };
}

/** The distribution that the run beside it was trained with; a bare model does not say, and most are normal. */
async function drawsUniform(file: string): Promise<boolean> {
  const config = await readRunConfig(dirname(dirname(file))).catch(() => undefined);
  const { networks } = (config?.gan.config ?? {}) as { networks?: { generator?: { config?: { latents?: string } } } };
  return networks?.generator?.config?.latents === 'uniform';
}

function drawn(stream: Rng, shape: [number, number], uniform: boolean, truncation = Infinity): tf.Tensor2D {
  if (uniform) {
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

/** Node has no handler for files but tfjs-node's. */
async function read(file: string): Promise<tf.LayersModel> {
  try {
    const { modelTopology, weightsManifest } = JSON.parse(await readFile(file, 'utf8')) as {
      modelTopology: object;
      weightsManifest: readonly { paths: readonly string[]; weights: tf.io.WeightsManifestEntry[] }[];
    };
    const parts = await Promise.all(weightsManifest.flatMap(({ paths }) => paths.map((part) => readFile(join(dirname(file), part)))));
    const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
    const bytes = new Uint8Array(Buffer.concat(parts));
    const needed = weightSpecs.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, side) => product * side, 1), 0);
    if (bytes.length !== needed) throw new Error(`its weights are ${bytes.length} bytes, expected ${needed}`);
    return await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: bytes.buffer }));
  } catch (cause) {
    throw new GanzooError(SCOPE, `the generator in '${file}' cannot be read: ${(cause as Error).message}. Save it again, or take an earlier one.`, { cause });
  }
}
