import { rng } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import type * as tf from '@tensorflow/tfjs';

/** All points of a toy, `[n, 2]`. */
export async function draw(dataset: Dataset): Promise<tf.Tensor> {
  for await (const { batch } of dataset.batches({ size: dataset.size as number, rng: rng(0) })) {
    batch.labels?.dispose();
    return batch.samples;
  }
  throw new Error('no batch');
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard normal numbers. */
export function numbers(count: number, seed: number): Float32Array {
  const tensor = rng(seed).normal([count]);
  const values = tensor.dataSync<'float32'>();
  tensor.dispose();
  return values;
}
