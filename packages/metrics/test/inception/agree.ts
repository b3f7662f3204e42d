import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type { FeatureDimensions } from '../../src/inception/architecture.ts';
import type { FidInception } from '../../src/inception/fid-inception.ts';
import { readSafetensors } from '../../src/weights/safetensors.ts';
import { hashImages } from './hash-weights.ts';

/** What PyTorch made of the hash weights and images: written by twin.py. */
export function expectedOfTwin(file: string | URL = new URL('expected.safetensors', import.meta.url)): Map<string, ArrayLike<number>> {
  const { tensors } = readSafetensors(readFileSync(file), String(file));
  return new Map([...tensors].map(([name, { values }]) => [name, values as Float32Array]));
}

/** The greatest differences from what is expected, as shares of the standard deviation of what is. One or all dimensions of features. */
export async function differences(
  network: FidInception,
  expected: ReadonlyMap<string, ArrayLike<number>>,
  dimensions: readonly FeatureDimensions[] = [64, 192, 768],
): Promise<Record<string, number>> {
  const images = tf.tensor4d(hashImages(), [2, 24, 40, 3]);
  const made: Record<string, tf.Tensor2D> = {};
  for (const each of dimensions) made[`features${each}`] = await network.features(images, { dimensions: each });
  const pool3 = await network.features(images);
  made['features2048'] = pool3;
  made['logits'] = network.logitsOfFeatures(pool3);
  made['biasedLogits'] = network.logitsOfFeatures(pool3, { bias: true });
  images.dispose();
  const results: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(made)) {
    results[name] = relativeDifference(await tensor.data(), expected.get(name) ?? []);
    tensor.dispose();
  }
  return results;
}

export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, expected ${expected.length}`);
  const values = Array.from(expected);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return Math.max(...values.map((value, index) => Math.abs(value - (actual[index] as number)))) / deviation;
}
