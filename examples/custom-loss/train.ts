/** Trains a published variant with a loss of one's own, written here, and with a second one from the shelf added to it. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, combine, cosine, expectInteger, featureMatching, GanzooError, Trainer, weighted, type Loss } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { modeCoverage } from '@ganzoo/metrics';
import { progress, sampleGrid, useBackend } from '@ganzoo/node';
import { wganGp } from '@ganzoo/wgan-gp';
import * as tf from '@tensorflow/tfjs';

/** A smooth hinge: scores are wanted past a margin on their side of 0, and the further they are the less they teach. */
const softMargin = (margin: number): Loss => ({
  name: 'softMargin',
  config: { margin },
  discriminator: ({ real, fake }) => ({
    real: tf.mean(tf.softplus(tf.sub(margin, real.out.logits))),
    fake: tf.mean(tf.softplus(tf.add(margin, fake.out.logits))),
  }),
  generator: ({ fake }) => ({ fake: tf.mean(tf.softplus(tf.sub(margin, fake.out.logits))) }),
});

async function train(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'runs/custom-loss' },
    },
  });
  const integer = (option: 'steps' | 'seed', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [steps, seed] = [integer('steps', 1), integer('seed', 0)];
  await useBackend();

  // The gradient penalty stays the variant's. A loss that looked at more than its discriminator returns would not compile.
  const optimizer = adam({ learningRate: cosine({ from: 3e-3, updates: steps }), beta1: 0, beta2: 0.9 });
  const gan = wganGp({
    sampleShape: [2],
    latentDim: 2,
    loss: combine(softMargin(1), weighted(0.1, featureMatching())),
    criticSteps: 1,
    optimizers: { generator: optimizer, discriminator: optimizer },
  });
  const trainer = new Trainer(gan, { seed });
  const ring = ringOfGaussians();
  const pictures = sampleGrid({ dir: values.out, every: 250, count: 2500, extent: 1.5 });
  const { seconds } = await trainer.fit(ring, { steps, batchSize: 128, callbacks: [progress(), pictures] });

  const terms = Object.entries(await trainer.losses()).map(([term, value]) => `${term} ${value.toFixed(3)}`);
  const samples = trainer.sample(2500);
  const { modes, total, highQuality } = await modeCoverage(samples, ring);
  samples.dispose();
  trainer.dispose();
  console.log(`${steps} steps in ${seconds.toFixed(0)} s: ${terms.join(', ')}.
Of 2,500 samples ${(100 * highQuality).toFixed(1)} % lie within three standard deviations of one of ${modes} modes out of ${total}; of the data 98.9 % do.
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
