import '@ganzoo/wasm';
import {
  combine,
  dragan,
  featureMatching,
  generator,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  reconstruction,
  relativistic,
  Trainer,
  wasserstein,
  weightClipping,
  weighted,
  type Features,
  type Gan,
  type Latents,
  type Logits,
  type Loss,
  type Regularizer,
} from '@ganzoo/core';
import { convGenerator } from '@ganzoo/core/networks';
import { dcgan } from '@ganzoo/dcgan';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wgan, wganGp } from '@ganzoo/wgan-gp';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

type Plugs = { readonly loss: Loss<Logits & Features, Latents>; readonly regularizers: readonly Regularizer<Logits>[] };

const losses: readonly Plugs['loss'][] = [
  minimax(),
  nonSaturating({ labelSmoothing: 0.1 }),
  leastSquares(),
  wasserstein(),
  hinge(),
  relativistic(),
  relativistic({ mode: 'average' }),
  combine(wasserstein(), weighted(0.1, featureMatching())),
  combine(hinge(), reconstruction({ norm: 'l2' })),
];

/** Each made anew, with batch norm in the critic allowed or not. */
const penalties: Readonly<Record<string, (options: { readonly allowBatchNorm: boolean }) => readonly Regularizer<Logits>[]>> = {
  gradientPenalty: (options) => [gradientPenalty(options)],
  dragan: (options) => [dragan(options)],
  r1: (options) => [r1(options)],
  r2: (options) => [r2(options)],
  'r1 and r2': (options) => [r1(options), r2(options)],
};

interface Variant {
  readonly sampleShape: readonly number[];
  readonly batchNormInCritic: boolean;
  readonly make: (plugs: Plugs) => Gan;
}

const image = [8, 8, 1];
const small = { sampleShape: image, generator: generator({ latentDim: 2, network: convGenerator({ latentDim: 2, sampleShape: image, widths: [2] }) }) };
const plane = { sampleShape: [2], latentDim: 2 };
const variants: Readonly<Record<string, Variant>> = {
  'vanillaGan of points': { sampleShape: [2], batchNormInCritic: false, make: (plugs) => vanillaGan({ ...plane, ...plugs }) },
  'lsgan of points': { sampleShape: [2], batchNormInCritic: false, make: (plugs) => lsgan({ ...plane, ...plugs }) },
  'wganGp of points': { sampleShape: [2], batchNormInCritic: false, make: (plugs) => wganGp({ ...plane, ...plugs, criticSteps: 1 }) },
  'wgan of points': { sampleShape: [2], batchNormInCritic: false, make: (plugs) => wgan({ ...plane, ...plugs, criticSteps: 1 }) },
  'vanillaGan of images': { sampleShape: image, batchNormInCritic: false, make: (plugs) => vanillaGan({ ...small, ...plugs }) },
  'wganGp of images': { sampleShape: image, batchNormInCritic: false, make: (plugs) => wganGp({ ...small, ...plugs, criticSteps: 1 }) },
  'dcgan of images': { sampleShape: image, batchNormInCritic: true, make: (plugs) => dcgan({ ...small, widths: [2, 2], ...plugs }) },
};

beforeAll(async () => expect(await tf.setBackend('wasm')).toBe(true));

/** One tiny step with every loss: all that is reported is finite, and nothing is left behind. */
async function stepWithEach({ sampleShape, make }: Variant, regularizers: () => readonly Regularizer<Logits>[]): Promise<void> {
  const data = tf.randomUniform([6, ...sampleShape], -1, 1);
  const before = tf.memory().numTensors;
  for (const loss of losses) {
    const plugs = { loss, regularizers: regularizers() };
    const trainer = new Trainer(make(plugs));
    await trainer.fit(data, { steps: 1, batchSize: 2 });
    const reported = await trainer.losses();
    const missing = plugs.regularizers.filter((r) => 'penalty' in r && !(`discriminator/${r.name}` in reported));
    expect(missing, loss.name).toEqual([]);
    expect(Object.values(reported).every(Number.isFinite), `${loss.name}: ${JSON.stringify(reported)}`).toBe(true);
    trainer.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  data.dispose();
}

describe.each(Object.keys(variants))('%s', (name) => {
  const variant = variants[name] as Variant;

  it('takes every loss, with clipped weights or without', async () => {
    await stepWithEach(variant, () => []);
    await stepWithEach(variant, () => [weightClipping()]);
  });

  it.each(Object.keys(penalties))('takes every loss with %s, where its critic may have it', async (penalty) => {
    const make = penalties[penalty] as (options: { readonly allowBatchNorm: boolean }) => readonly Regularizer<Logits>[];
    if (variant.batchNormInCritic) {
      for (const loss of losses) {
        const before = tf.memory().numTensors;
        expect(() => new Trainer(variant.make({ loss, regularizers: make({ allowBatchNorm: false }) }))).toThrow('normalizes over the batch');
        expect(tf.memory().numTensors).toBe(before);
      }
    }
    await stepWithEach(variant, () => make({ allowBatchNorm: variant.batchNormInCritic }));
  });
});
