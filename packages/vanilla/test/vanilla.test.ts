import { adam, minimax, summary, Trainer } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { useBackend } from '@ganzoo/node';
import { vanillaGan } from '@ganzoo/vanilla';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

const widths = (gan: ReturnType<typeof vanillaGan>): number[][] =>
  summary(gan).networks.map(({ layers }) => layers.filter(({ type }) => type === 'Dense').map(({ outputShape }) => outputShape[0] as number));

describe('vanillaGan', () => {
  it('has the layers it says', () => {
    expect(widths(vanillaGan({ sampleShape: [28, 28, 1] }))).toEqual([
      [256, 784],
      [256, 1],
    ]);
    expect(widths(vanillaGan({ sampleShape: [28, 28, 1], depth: 'deep' }))).toEqual([
      [128, 256, 512, 1024, 784],
      [1024, 512, 256, 1],
    ]);
  });

  it.each(['original', 'deep'] as const)('trains on images and draws them in [-1, 1] (%s)', async (depth) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(vanillaGan({ sampleShape: [6, 5, 3], depth, loss: minimax() }));
    const data = tf.randomUniform([10, 6, 5, 3], -1, 1);
    await trainer.fit(data, { steps: 2, batchSize: 4 });
    const samples = trainer.sample(2);
    expect(samples.shape).toEqual([2, 6, 5, 3]);
    expect((await samples.data()).every((value) => Math.abs(value) <= 1)).toBe(true);
    tf.dispose([samples, data]);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learns where the points of a ring lie', async () => {
    const optimizers = { generator: adam({ learningRate: 1e-3 }), discriminator: adam({ learningRate: 1e-3 }) };
    const trainer = new Trainer(vanillaGan({ sampleShape: [2], latentDim: 4, optimizers }), { seed: 1 });
    const radius = async (): Promise<number> => {
      const samples = trainer.sample(500);
      const mean = tf.tidy(() => tf.mean(tf.abs(tf.sub(tf.norm(samples, 2, 1), 1))));
      const [distance] = await mean.data();
      tf.dispose([samples, mean]);
      return distance as number;
    };
    const before = await radius();
    await trainer.fit(ringOfGaussians(), { steps: 1500, batchSize: 64 });
    const after = await radius();
    // Four seeds ended between .056 and .081.
    expect(before).toBeGreaterThan(0.5);
    expect(after).toBeLessThan(0.15);
    trainer.dispose();
  });
});

describe('vanillaGan refuses', () => {
  it.each<[object, string]>([
    [{ sampleShape: [2], depth: 'shallow' }, "[ganzoo/vanillaGan] depth must be one of 'original', 'deep', got 'shallow'."],
    [{ sampleShape: [28, 28] }, 'sampleShape must be [height, width, channels] or [n], got [28, 28]. Images of one channel are [28, 28, 1].'],
    [{ sampleShape: [2, 8, 8, 1] }, 'sampleShape must be [height, width, channels] or [n], got [2, 8, 8, 1]. Flatten other samples to vectors [n].'],
  ])('%j', (options, message) => {
    expect(() => vanillaGan(options as never)).toThrow(message);
  });
});
