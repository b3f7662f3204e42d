import { arrayDataset, discriminator, gradientPenalty, summary, Trainer, type Gan } from '@ganzoo/core';
import { convDiscriminator } from '@ganzoo/core/networks';
import { swissRoll } from '@ganzoo/datasets';
import { useBackend } from '@ganzoo/node';
import { wganGp } from '@ganzoo/wgan-gp';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

const noise = arrayDataset({ name: 'noise', values: Float32Array.from({ length: 10 * 9 * 13 * 3 }, (_, i) => Math.sin(i * i)), sampleShape: [9, 13, 3] });

const types = (gan: Gan): string[][] => summary(gan).networks.map(({ layers }) => layers.map(({ type }) => type));

describe('wganGp', () => {
  it('has batch norm in the generator of images, and no layer in the critic that mixes samples', () => {
    const [generator, critic] = types(wganGp({ sampleShape: [28, 28, 1] }));
    expect(generator?.filter((type) => type === 'BatchNormalization')).toHaveLength(2);
    expect(critic).toEqual(['InputLayer', 'Conv2D', 'LeakyReLU', 'Conv2D', 'LeakyReLU', 'Flatten', 'Dense']);
  });

  it('has four hidden layers of 64 units for points', () => {
    const widths = summary(wganGp({ sampleShape: [2] })).networks.map(({ layers }) =>
      layers.filter(({ type }) => type === 'Dense').map(({ outputShape }) => outputShape[0]),
    );
    expect(widths).toEqual([
      [64, 64, 64, 64, 2],
      [64, 64, 64, 64, 1],
    ]);
    expect(types(wganGp({ sampleShape: [2] })).flat()).not.toContain('BatchNormalization');
  });

  it.each([
    [[28, 28, 1], 10],
    [[2], 0.1],
  ])("has the paper's settings for %j, with lambda %d", (sampleShape, weight) => {
    const adam = { name: 'adam', config: { learningRate: 1e-4, beta1: 0, beta2: 0.9 } };
    expect(wganGp({ sampleShape }).config).toMatchObject({
      loss: { name: 'wasserstein' },
      regularizers: [{ name: 'gradientPenalty', config: { weight, target: 1, sides: 'two', interval: 1 } }],
      criticSteps: 5,
      networks: { generator: { config: { latentDim: 100, latents: 'normal' } } },
      players: { generator: { optimizer: adam }, discriminator: { optimizer: adam } },
    });
  });

  it('takes another weight, and other critic steps', () => {
    expect(wganGp({ sampleShape: [2], regularizers: [gradientPenalty({ weight: 3 })], criticSteps: 2 }).config).toMatchObject({
      regularizers: [{ config: { weight: 3 } }],
      criticSteps: 2,
    });
  });

  it.each([
    [[2], swissRoll({ count: 10 })],
    [[9, 13, 3], noise],
  ])('trains on %j', async (sampleShape, data) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(wganGp({ sampleShape }));
    await trainer.fit(data, { steps: 2, batchSize: 2 });
    expect(trainer.realSamples).toBe(2 * 5 * 2);
    expect(Object.keys(await trainer.losses())).toContain('discriminator/gradientPenalty');
    const samples = trainer.sample(3);
    expect(samples.shape).toEqual([3, ...sampleShape]);
    const bound = sampleShape.length === 1 ? Number.MAX_VALUE : 1;
    expect((await samples.data()).every((value) => Math.abs(value) <= bound)).toBe(true);
    samples.dispose();
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a critic with batch norm', () => {
    const critic = discriminator({ network: convDiscriminator({ sampleShape: [8, 8, 1], widths: [4, 4] }) });
    expect(() => new Trainer(wganGp({ sampleShape: [8, 8, 1], discriminator: critic }))).toThrow('gradientPenalty');
  });
});

describe('wganGp refuses', () => {
  it.each<[object, string]>([
    [{ sampleShape: [28, 28] }, '[ganzoo/wganGp] sampleShape must be [height, width, channels] or [n], got [28, 28]. Images of one channel are [28, 28, 1].'],
    [{ sampleShape: [2, 8, 8, 1] }, 'sampleShape must be [height, width, channels] or [n], got [2, 8, 8, 1]. Flatten other samples to vectors [n].'],
    [{ sampleShape: [2], lambda: 10 }, "[ganzoo/wganGp] unknown option 'lambda'. Valid options: criticSteps,"],
  ])('%j', (options, message) => {
    expect(() => wganGp(options as never)).toThrow(message);
  });
});
