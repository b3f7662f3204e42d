import { arrayDataset, leastSquares, summary, Trainer, type GanSummary } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { lsgan } from '@ganzoo/lsgan';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

const noise = arrayDataset({ name: 'noise', values: Float32Array.from({ length: 10 * 9 * 13 * 3 }, (_, i) => Math.sin(i * i)), sampleShape: [9, 13, 3] });

/** The layers of each network that have an output of their own shape. */
const layers = ({ networks }: GanSummary, ...types: string[]): unknown[][] =>
  networks.map(({ layers }) => layers.filter(({ type }) => types.includes(type)).map(({ outputShape }) => outputShape));

describe('lsgan', () => {
  it('has the networks of DCGAN for images', () => {
    const networks = summary(lsgan({ sampleShape: [28, 28, 1] }));
    expect(layers(networks, 'Conv2DTranspose', 'Conv2D')).toEqual([
      [
        [14, 14, 64],
        [28, 28, 1],
      ],
      [
        [14, 14, 64],
        [7, 7, 128],
      ],
    ]);
    expect(layers(networks, 'BatchNormalization').map(({ length }) => length)).toEqual([2, 1]);
  });

  it('has four hidden layers of 64 units for points, and no bound at the output', () => {
    const networks = summary(lsgan({ sampleShape: [2], latentDim: 3 }));
    expect(layers(networks, 'Dense')).toEqual([
      [[64], [64], [64], [64], [2]],
      [[64], [64], [64], [64], [1]],
    ]);
    expect(networks.networks[0]?.layers.at(-1)?.type).toBe('Dense');
    expect(layers(networks, 'BatchNormalization')).toEqual([[], []]);
  });

  it('draws scores to 0 and 1 by least squares, with Adam at 2e-4 and beta1 0.5, once each', () => {
    const adam = { name: 'adam', config: { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 } };
    for (const sampleShape of [[2], [28, 28, 1]]) {
      expect(lsgan({ sampleShape }).config).toMatchObject({
        loss: { name: 'leastSquares', config: { a: 0, b: 1, c: 1 } },
        regularizers: [],
        criticSteps: 1,
        networks: { generator: { config: { latentDim: 100, latents: 'normal' } } },
        players: { generator: { optimizer: adam }, discriminator: { optimizer: adam } },
      });
    }
  });

  it("plays the paper's other game", () => {
    const pearson = { a: -1, b: 1, c: 0 };
    expect(lsgan({ sampleShape: [2], loss: leastSquares(pearson) }).config).toMatchObject({ loss: { name: 'leastSquares', config: pearson } });
  });

  it.each([
    [[2], ringOfGaussians({ count: 10 })],
    [[9, 13, 3], noise],
  ])('trains on %j', async (sampleShape, data) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(lsgan({ sampleShape }));
    await trainer.fit(data, { steps: 2, batchSize: 2 });
    // Squares are not negative; a Wasserstein loss would be.
    for (const [name, value] of Object.entries(await trainer.losses())) expect(value, name).toBeGreaterThan(0);
    const samples = trainer.sample(3);
    expect(samples.shape).toEqual([3, ...sampleShape]);
    const bound = sampleShape.length === 1 ? Number.MAX_VALUE : 1;
    expect((await samples.data()).every((value) => Math.abs(value) <= bound)).toBe(true);
    samples.dispose();
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('lsgan refuses', () => {
  it.each<[object, string]>([
    [{ sampleShape: [28, 28] }, '[ganzoo/lsgan] sampleShape must be [height, width, channels] or [n], got [28, 28]. Images of one channel are [28, 28, 1].'],
    [{ sampleShape: [2, 8, 8, 1] }, 'sampleShape must be [height, width, channels] or [n], got [2, 8, 8, 1]. Flatten other samples to vectors [n].'],
    [{ sampleShape: [] }, 'sampleShape must be a shape such as [28, 28, 1] or [2], got .'],
    [{ sampleShape: [2], widths: [64] }, "[ganzoo/lsgan] unknown option 'widths'. Valid options: criticSteps,"],
  ])('%j', (options, message) => {
    expect(() => lsgan(options as never)).toThrow(message);
  });
});
