import { arrayDataset, memory, summary, Trainer, type Gan } from '@ganzoo/core';
import { swissRoll } from '@ganzoo/datasets';
import { useBackend } from '@ganzoo/node';
import { wgan } from '@ganzoo/wgan-gp';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

const noise = arrayDataset({ name: 'noise', values: Float32Array.from({ length: 10 * 9 * 13 * 3 }, (_, i) => Math.sin(i * i)), sampleShape: [9, 13, 3] });

const types = (gan: Gan): string[][] => summary(gan).networks.map(({ layers }) => layers.map(({ type }) => type));

/** The greatest weight of a network, by its absolute value. */
async function largestWeight(trainer: Trainer, network: string): Promise<number> {
  const store = memory();
  await trainer.save(store);
  const { buffer, byteOffset } = (await store.read('checkpoint.safetensors'))!;
  const size = Number(new DataView(buffer, byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, byteOffset + 8, size))) as Record<string, { data_offsets: [number, number] }>;
  const weights = Object.entries(header).filter(([name]) => name.startsWith(`network/${network}/`));
  expect(weights.length).toBeGreaterThan(0);
  const values = weights.flatMap(
    ([
      ,
      {
        data_offsets: [from, to],
      },
    ]) => [...new Float32Array(buffer.slice(byteOffset + 8 + size + from, byteOffset + 8 + size + to))],
  );
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe('wgan', () => {
  it('has batch norm in both networks for images, and in neither for points', () => {
    const normed = (gan: Gan): number[] => types(gan).map((layers) => layers.filter((type) => type === 'BatchNormalization').length);
    expect(normed(wgan({ sampleShape: [28, 28, 1] }))).toEqual([2, 1]);
    expect(normed(wgan({ sampleShape: [2] }))).toEqual([0, 0]);
  });

  it.each([[[28, 28, 1]], [[2]]])("has the paper's settings for %j", (sampleShape) => {
    const rmsProp = { name: 'rmsProp', config: { learningRate: 5e-5 } };
    expect(wgan({ sampleShape }).config).toMatchObject({
      loss: { name: 'wasserstein' },
      regularizers: [{ name: 'weightClipping', config: { limit: 0.01 } }],
      criticSteps: 5,
      networks: { generator: { config: { latentDim: 100, latents: 'normal' } } },
      players: { generator: { optimizer: rmsProp }, discriminator: { optimizer: rmsProp } },
    });
  });

  it.each([
    [[2], swissRoll({ count: 10 })],
    [[9, 13, 3], noise],
  ])('trains on %j', async (sampleShape, data) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(wgan({ sampleShape }));
    await trainer.fit(data, { steps: 2, batchSize: 2 });
    expect(trainer.realSamples).toBe(2 * 5 * 2);
    const samples = trainer.sample(3);
    expect(samples.shape).toEqual([3, ...sampleShape]);
    const bound = sampleShape.length === 1 ? Number.MAX_VALUE : 1;
    expect((await samples.data()).every((value) => Math.abs(value) <= bound)).toBe(true);
    samples.dispose();
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('clips the weights of the critic alone', async () => {
    const trainer = new Trainer(wgan({ sampleShape: [2] }));
    expect(await largestWeight(trainer, 'discriminator')).toBeGreaterThan(0.05);
    const data = tf.randomUniform([10, 2]);
    await trainer.fit(data, { steps: 1, batchSize: 2 });
    expect(await largestWeight(trainer, 'discriminator')).toBeCloseTo(0.01, 6);
    expect(await largestWeight(trainer, 'generator')).toBeGreaterThan(0.05);
    data.dispose();
    trainer.dispose();
  });
});

describe('wgan refuses', () => {
  it.each<[object, string]>([
    [{ sampleShape: [28, 28] }, '[ganzoo/wgan] sampleShape must be [height, width, channels] or [n], got [28, 28]. Images of one channel are [28, 28, 1].'],
    [{ sampleShape: [2, 8, 8, 1] }, 'sampleShape must be [height, width, channels] or [n], got [2, 8, 8, 1]. Flatten other samples to vectors [n].'],
    [{ sampleShape: [2], clip: 0.01 }, "[ganzoo/wgan] unknown option 'clip'. Valid options: criticSteps,"],
  ])('%j', (options, message) => {
    expect(() => wgan(options as never)).toThrow(message);
  });
});
