import { summary, Trainer } from '@ganzoo/core';
import { dcgan } from '@ganzoo/dcgan';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

describe('dcgan', () => {
  it('has the shapes of the classic step by default', () => {
    const [generator, discriminator] = summary(dcgan({ sampleShape: [28, 28, 1] })).networks;
    expect(generator?.layers.filter(({ type }) => type === 'Conv2DTranspose').map(({ outputShape }) => outputShape)).toEqual([
      [14, 14, 64],
      [28, 28, 1],
    ]);
    expect(discriminator?.layers.filter(({ type }) => type === 'Conv2D').map(({ outputShape }) => outputShape)).toEqual([
      [14, 14, 64],
      [7, 7, 128],
    ]);
  });

  it.each([
    [28, 1, [128, 64]],
    [28, 3, [128, 64]],
    [32, 1, [256, 128, 64]],
    [32, 3, [256, 128, 64]],
    [64, 1, [1024, 512, 256, 128]],
    [64, 3, [1024, 512, 256, 128]],
  ])('has widths that follow the size: %d pixels of %d channels', (side, channels, widths) => {
    const sampleShape = [side, side, channels];
    const [generator, discriminator] = summary(dcgan({ sampleShape })).networks;
    const stages = widths.map((width, stage) => [Math.ceil(side / 2 ** (widths.length - stage)), width] as const);
    const images = stages.map(([side, width]) => [side, side, width]);
    expect(generator?.layers.filter(({ type }) => ['Reshape', 'Conv2DTranspose'].includes(type)).map(({ outputShape }) => outputShape)).toEqual([
      ...images,
      sampleShape,
    ]);
    expect(discriminator?.layers.filter(({ type }) => type === 'Conv2D').map(({ outputShape }) => outputShape)).toEqual(images.toReversed());
  });

  it.each([[[28, 28, 1]], [[32, 32, 3]], [[17, 23, 3]]])('trains on %j', async (sampleShape) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(dcgan({ sampleShape, widths: [8, 4], kernel: 4 }));
    const data = tf.randomUniform([10, ...sampleShape], -1, 1);
    await trainer.fit(data, { steps: 2, batchSize: 1 });
    const samples = trainer.sample(3);
    expect(samples.shape).toEqual([3, ...sampleShape]);
    const values = await samples.data();
    expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
    tf.dispose([samples, data]);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses points, and names who takes them', () => {
    expect(() => dcgan({ sampleShape: [2] })).toThrow(
      'sampleShape must be [height, width, channels], got [2]. For points or vectors use vanillaGan of @ganzoo/vanilla.',
    );
  });
});
