import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GanzooError, rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import type { WorkOptions } from '@ganzoo/metrics';
import { saveGrid } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';

/** Writes so many of MNIST's test digits as PNG files for real ones, and others with noise for generated ones. @returns both folders */
export async function writeDigits(out: string, count: number, { signal, onProgress }: WorkOptions): Promise<[string, string]> {
  const folders: [string, string] = [join(out, 'real'), join(out, 'generated')];
  const taken = folders.find((folder) => existsSync(folder));
  if (taken !== undefined) throw new GanzooError('example', `'${taken}' is there already: give --out another folder, or compare what is there.`);
  const noise = rng(1);
  let written = 0;
  for await (const { batch } of (await mnist({ split: 'test' })).batches({ size: 1, rng: rng(0) })) {
    signal?.throwIfAborted();
    const isReal = written < count;
    const digit = tf.tidy(() => (isReal ? batch.samples : tf.add(batch.samples, tf.mul(0.3, noise.normal(batch.samples.shape)))));
    await saveGrid(join(folders[isReal ? 0 : 1], `${written % count}.png`), digit, { gap: 0 });
    tf.dispose([batch, digit] as tf.TensorContainer);
    onProgress?.(++written / (2 * count));
    if (written === 2 * count) break;
  }
  return folders;
}
