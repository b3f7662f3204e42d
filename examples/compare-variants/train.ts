/** Trains four variants on the same digits for as many steps, and puts them side by side: a table, and a picture of a row each. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, discriminator, expectInteger, GanzooError, generator, linearDecay, Trainer, type AdamOptions, type Gan } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';
import { mnist } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { lsgan } from '@ganzoo/lsgan';
import { progress, saveGrid, useBackend } from '@ganzoo/node';
import { vanillaGan } from '@ganzoo/vanilla';
import { wganGp } from '@ganzoo/wgan-gp';
import * as tf from '@tensorflow/tfjs';

const sampleShape = [28, 28, 1];
const latentDim = 64;
const columns = 16;

/** By their names in the table. What is not named here is each variant's own: its loss, its penalties, its critic steps. */
function variants(steps: number): Record<string, Gan> {
  // One pair of networks for all that have convolutions: without batch norm in the discriminator, which WGAN-GP refuses.
  const networks = {
    generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape, widths: [32, 16], kernel: 4 }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [16, 32], kernel: 4, norm: 'none' }) }),
  };
  // Higher rates than the papers', which fall in the second half; each variant has its own beta1 and beta2.
  const falling = (from: number, updates: number, betas?: AdamOptions) =>
    adam({ learningRate: linearDecay({ from, to: from / 10, start: Math.ceil(updates / 2), updates: Math.ceil(updates / 2) }), ...betas });
  const optimizers = (criticSteps = 1, betas?: AdamOptions) => ({
    generator: falling(1e-3, steps, betas),
    discriminator: falling(4e-4, criticSteps * steps, betas),
  });
  return {
    // Multilayer perceptrons: the one with networks of its own, and with the optimizers that suit them.
    vanillaGan: vanillaGan({ sampleShape, latentDim, depth: 'deep' }),
    dcgan: dcgan({ sampleShape, ...networks, optimizers: optimizers() }),
    lsgan: lsgan({ sampleShape, ...networks, optimizers: optimizers() }),
    wganGp: wganGp({ sampleShape, ...networks, optimizers: optimizers(5, { beta1: 0, beta2: 0.9 }) }),
  };
}

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
