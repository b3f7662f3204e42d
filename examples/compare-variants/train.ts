/** Trains four variants on the same digits for as many steps, and puts them side by side: a table, and a picture of a row each. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectInteger, GanzooError, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { progress, saveGrid, useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { variants } from './variants.ts';

const columns = 16;

async function train(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '400' },
      seed: { type: 'string', default: '7' },
      'batch-size': { type: 'string', default: '32' },
      out: { type: 'string', default: 'runs/compare-variants' },
    },
  });
  const integer = (option: 'steps' | 'seed' | 'batch-size', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [steps, seed, batchSize] = [integer('steps', 1), integer('seed', 0), integer('batch-size', 1)];
  await useBackend();
  const digits = await mnist();

  const table = [['variant', 'steps', 'seconds', 'real images', 'images/s', 'discriminator', 'generator']];
  const rows: tf.Tensor[] = [];
  for (const [name, gan] of Object.entries(variants(steps))) {
    console.error(name);
    const trainer = new Trainer(gan, { seed });
    const { seconds } = await trainer.fit(digits, { steps, batchSize, callbacks: [progress()] });
    const losses = Object.entries(await trainer.losses());
    const lossOf = (player: string): string => {
      const terms = losses.filter(([key]) => key.startsWith(`${player}/`) && key !== `${player}/accuracy`);
      return terms.reduce((sum, [, value]) => sum + value, 0).toFixed(2);
    };
    const images = trainer.realSamples;
    table.push([name, steps, seconds.toFixed(0), images, (images / seconds).toFixed(0), lossOf('discriminator'), lossOf('generator')].map(String));
    rows.push(trainer.sample(columns));
    trainer.dispose();
  }
  const path = join(values.out, 'samples.png');
  const all = tf.concat(rows);
  await saveGrid(path, all, { columns });
  tf.dispose([all, rows]);
  console.log(`${text(table)}\nLook at ${path}: a row each, of the same latents.`);
}

/** Names to the left, numbers to the right. */
function text(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] as string).length))) ?? [];
  return table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}

try {
  await train();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
