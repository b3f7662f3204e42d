/** Trains a WGAN-GP on eight Gaussians on a circle, draws its samples on the way and counts the modes it found. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, cosine, expectInteger, GanzooError, Trainer } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { modeCoverage } from '@ganzoo/metrics';
import { progress, sampleGrid, useBackend } from '@ganzoo/node';
import { wganGp } from '@ganzoo/wgan-gp';

async function train(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'runs/ring-of-gaussians' },
    },
  });
  const integer = (option: 'steps' | 'seed', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [steps, seed] = [integer('steps', 1), integer('seed', 0)];
  await useBackend();

  // A rate that falls from twenty times the paper's, and one critic step a round: a minute must do.
  const optimizer = adam({ learningRate: cosine({ from: 3e-3, updates: steps }), beta1: 0, beta2: 0.9 });
  const gan = wganGp({
    sampleShape: [2],
    latentDim: 2,
    criticSteps: 1,
    optimizers: { generator: optimizer, discriminator: optimizer },
  });
  const trainer = new Trainer(gan, { seed });
  const ring = ringOfGaussians();
  const pictures = sampleGrid({ dir: values.out, every: 250, count: 2500, extent: 1.5 });
  const { seconds } = await trainer.fit(ring, { steps, batchSize: 128, callbacks: [progress(), pictures] });

  const samples = trainer.sample(2500);
  const { modes, total, highQuality, reverseKl, counts } = await modeCoverage(samples, ring);
  samples.dispose();
  trainer.dispose();
  console.log(`${steps} steps in ${seconds.toFixed(0)} s. Of 2,500 samples:
  ${modes} of ${total} modes have some, counter-clockwise from the right ${counts.join(', ')}
  ${(100 * highQuality).toFixed(1)} % lie within three standard deviations of a mode; of the data themselves 98.9 % do
  ${reverseKl.toFixed(4)} nats is how unevenly they fall on the modes; 0.0014 for as many of the data
Look at ${join(values.out, `step-${String(steps).padStart(6, '0')}.png`)}, and those before in the same folder.`);
}

try {
  await train();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
