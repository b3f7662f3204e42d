import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { saveGrid } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';

/** Writes 500 sheets of digits of several sizes and shapes as PNG files, for who has no photos at hand; once. @returns the folder */
export async function writeImages(folder: string): Promise<string> {
  if (existsSync(folder)) return folder;
  const part = `${folder}-part`;
  await rm(part, { recursive: true, force: true });
  let written = 0;
  for await (const { batch } of (await mnist()).batches({ size: 4, rng: rng(0) })) {
    await saveGrid(join(part, `${written}.png`), batch.samples, { columns: 1 + (written % 3), gap: 0 });
    tf.dispose(batch as unknown as tf.TensorContainer);
    if (++written === 500) break;
  }
  await rename(part, folder);
  return folder;
}
