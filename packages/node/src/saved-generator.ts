import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GanzooError, savedGenerator, type SavedGenerator } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { readRunConfig } from './run/config.ts';

const SCOPE = 'node/loadGenerator';

/**
 * Reads a generator that was saved as a TensorFlow.js layers model: from a run directory, a folder with `model.json`, or that
 * file. Select the backend first.
 *
 * @returns it, and the `model.json` it was read from
 * @throws GanzooError where there is none, it is damaged, or takes more than latents `[n, d]`
 */
export async function loadGenerator(path: string): Promise<
  SavedGenerator & {
    /** The `model.json` it was read from. */
    readonly path: string;
  }
> {
  const file = [path, join(path, 'model.json'), join(path, 'generator/model.json')].find((candidate) => candidate.endsWith('.json') && existsSync(candidate));
  if (file === undefined)
    throw new GanzooError(
      SCOPE,
      `no generator in '${path}': expected a run directory, a folder with model.json, or such a file. trainer.save(folder(path)) writes one.`,
    );
  const model = await read(file);
  const latents = (await drawsUniform(file)) ? 'uniform' : 'normal';
  try {
    return { ...savedGenerator(model, { latents }), path: file };
  } catch (cause) {
    model.dispose();
    throw new GanzooError(SCOPE, `cannot sample from '${file}': ${(cause as Error).message}`, { cause });
  }
}

/** The distribution that the run beside it was trained with; a bare model does not say, and most are normal. */
async function drawsUniform(file: string): Promise<boolean> {
  const config = await readRunConfig(dirname(dirname(file))).catch(() => undefined);
  const { networks } = (config?.gan.config ?? {}) as { networks?: { generator?: { config?: { latents?: string } } } };
  return networks?.generator?.config?.latents === 'uniform';
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
    const needed = weightSpecs.reduce((sum, spec) => sum + bytesEach(spec) * spec.shape.reduce((product, side) => product * side, 1), 0);
    if (bytes.length !== needed) throw new Error(`its weights are ${bytes.length} bytes, expected ${needed}`);
    return await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: bytes.buffer }));
  } catch (cause) {
    throw new GanzooError(SCOPE, `the generator in '${file}' cannot be read: ${(cause as Error).message}. Save it again, or take an earlier one.`, { cause });
  }
}

/** Of a value as it is stored: converters make float16 and less of the four bytes. */
function bytesEach({ quantization }: tf.io.WeightsManifestEntry): number {
  return quantization ? { float16: 2, uint16: 2, uint8: 1 }[quantization.dtype] : 4;
}
