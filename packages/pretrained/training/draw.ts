import { join } from 'node:path';
import { saveGrid } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { cards } from '../src/cards.ts';
import { load } from '../src/load.ts';

/** Draws 16 samples of each generator, a row each, for the README. */
export async function drawSamples(): Promise<void> {
  const rows: tf.Tensor[] = [];
  for (const { name } of cards) {
    const generator = await load(name);
    rows.push(generator.sample(16));
    generator.dispose();
  }
  const all = tf.concat(rows, 0);
  await saveGrid(join(import.meta.dirname, '../samples.png'), all, { columns: 16 });
  tf.dispose([...rows, all]);
}
