import { adam, memory, rng, sgd, Trainer, type EmaOptions, type Gan, type OptimizerRecipe } from '@ganzoo/core';
import { defineGan, discriminator, generator, nonSaturating } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('cpu'));

/** Every bias jumps from 0 to 1 at the first update and stays there. */
const jump: OptimizerRecipe = {
  name: 'jump',
  config: {},
  build: () => ({
    apply: (_, variables, update) => {
      if (update > 0) return;
      for (const [key, variable] of variables) if (key.endsWith('bias')) tf.tidy(() => variable.assign(tf.onesLike(variable)));
    },
    slots: () => new Map(),
    dispose: () => undefined,
  }),
};

/** A generator that gives its bias, whatever the latents. */
function jumping(ema: EmaOptions | false, criticSteps = 1): Gan {
  return defineGan({
    generator: generator({
      latentDim: 1,
      network: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1, kernelInitializer: 'zeros', biasInitializer: 'zeros' })] }),
    }),
    discriminator: discriminator({ network: () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }) }),
    loss: nonSaturating(),
    optimizers: { generator: jump, discriminator: sgd({ learningRate: 0 }) },
    ema,
    criticSteps,
  });
}

const data = Array.from({ length: 40 }, (_, i) => Float32Array.of(i));

async function averageAfter(gan: Gan, steps: number, batchSize: number): Promise<number> {
  const trainer = new Trainer(gan);
  await trainer.fit(data, { steps, batchSize });
  const samples = trainer.sample(1);
  const [value] = await samples.data();
  samples.dispose();
  trainer.dispose();
  return value as number;
}

describe('the half-life of an average', () => {
  it.each([
    [1, 4, 10],
    [1, 20, 2],
    [5, 4, 2],
    [2, 10, 2],
  ])('is counted in real samples (%d critic steps of %d samples, %d rounds)', async (criticSteps, batchSize, rounds) => {
    const ema = { halfLifeImages: 40, rampUp: 1e9 };
    expect(await averageAfter(jumping(ema, criticSteps), rounds, batchSize)).toBeCloseTo(0.5, 5);
    expect(await averageAfter(jumping(ema, criticSteps), 2 * rounds, batchSize)).toBeCloseTo(0.75, 5);
  });

  it('is at most the given share of the real samples seen so far', async () => {
    // Batches of 4: half-lives of 2, 4 and 6 samples, each of which leaves 0.5 ** (4 / half-life) of the old average.
    const kept = 0.5 ** (4 / 2 + 4 / 4 + 4 / 6);
    expect(await averageAfter(jumping({ halfLifeImages: 1e9, rampUp: 0.5 }), 3, 4)).toBeCloseTo(1 - kept, 5);
    // From the third round on the half-life of 5 samples is the shorter.
    const cut = 0.5 ** (4 / 2 + 4 / 4 + 4 / 5);
    expect(await averageAfter(jumping({ halfLifeImages: 5, rampUp: 0.5 }), 3, 4)).toBeCloseTo(1 - cut, 5);
  });

  it('is 10,000 samples and a share of 0.05 unless told', () => {
    const defaults = { halfLifeImages: 10_000, rampUp: 0.05 };
    expect(jumping({}).ema).toMatchObject(defaults);
    expect(planeGan().config).toMatchObject({ ema: defaults });
    expect(jumping({ rampUp: 2 }).ema).toMatchObject({ halfLifeImages: 10_000, rampUp: 2 });
  });

  it('does not matter where there is no average: samples are of the weights themselves', async () => {
    expect(await averageAfter(jumping(false), 1, 4)).toBe(1);
  });
});

describe('the batch-norm statistics of an average', () => {
  /** Distance between what the saved generator gives by its moments and by those of a large batch, in deviations of the latter. */
  async function distance(trainer: Trainer): Promise<number> {
    const store = memory();
    await trainer.save(store);
    const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(await store.read('generator/model.json'))) as {
      modelTopology: object;
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
    };
    const weightData = ((await store.read('generator/weights.bin')) as Uint8Array).slice().buffer;
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights), weightData }));
    const result = tf.tidy(() => {
      const z = rng(99).normal([4000, 3]);
      const byMoments = model.predict(z) as tf.Tensor;
      const byBatch = model.apply(z, { training: true }) as tf.Tensor;
      const deviation = tf.sqrt(tf.moments(byBatch, 0).variance);
      return tf
        .mean(tf.div(tf.abs(tf.sub(byMoments, byBatch)), deviation))
        .dataSync()
        .at(0) as number;
    });
    model.dispose();
    return result;
  }

  it('are those of its own weights, after every round', async () => {
    const gan = planeGan({ ema: { halfLifeImages: 60, rampUp: 1e9 }, optimizers: { generator: adam({ learningRate: 0.3 }) } });
    const trainer = new Trainer(gan);
    expect(await distance(trainer)).toBeLessThan(0.05);
    for (const steps of [6, 12]) {
      await trainer.fit(points(50), { steps, batchSize: 8 });
      // Once more for the same weights: what has been measured stands.
      trainer.sample(2).dispose();
      expect(await distance(trainer), `after step ${steps}`).toBeLessThan(0.05);
    }
    trainer.dispose();
  });
});
