import { constant, discriminator, linearDecay, rng, Trainer, type Batch, type Discriminator, type Pass } from '@ganzoo/core';
import { convDiscriminator, mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends, imageGan, images, planeGan, points, use } from './support.ts';

const pass: Pass = { training: true, updateState: false, rng: rng(0) };
const network = mlp({ inputShape: [2], hidden: [8, 6], outputShape: [1] });

/** The same discriminator, applied to each side by itself. */
function apart<O>(critic: Discriminator<O>): Discriminator<O> {
  return { ...critic, build: (init) => ({ ...critic.build(init), independent: false }) };
}

async function history(critic: Discriminator): Promise<number[][]> {
  const trainer = new Trainer(planeGan({ discriminator: critic }), { seed: 3 });
  const rows: number[][] = [];
  await trainer.fit(points(12), {
    steps: 3,
    batchSize: 4,
    callbacks: [{ name: 'look', onStep: async (run) => void rows.push(Object.values(await run.losses())) }],
  });
  trainer.dispose();
  return rows;
}

describe.each(backends)('both sides of a batch on %s', (backend) => {
  beforeAll(() => use(backend));

  it('give the same losses seen at once as one by one', async () => {
    const critic = discriminator({ network });
    const [joined, separate] = [await history(critic), await history(apart(critic))];
    expect(joined).toHaveLength(3);
    joined.forEach((row, step) => row.forEach((value, i) => expect(value).toBeCloseTo(separate[step]?.[i] as number, 5)));
  });
});

describe('samples are seen at once', () => {
  beforeAll(() => use('cpu'));

  const applications = async (critic: Discriminator): Promise<number[]> => {
    const sizes: number[] = [];
    const counted: Discriminator = {
      ...critic,
      build: (init) => {
        const live = critic.build(init);
        const apply = (batch: Batch, how: Pass): ReturnType<typeof live.apply> => (sizes.push(batch.samples.shape[0] as number), live.apply(batch, how));
        return { ...live, apply };
      },
    };
    const gan = imageGan({ discriminator: counted });
    const trainer = new Trainer(gan);
    const data = images(8);
    await trainer.fit(data, { steps: 1, batchSize: 4 });
    data.dispose();
    trainer.dispose();
    return sizes;
  };

  it('where no layer mixes them, and one side after the other where batch norm does', async () => {
    const conv = (norm: 'layer' | 'batch'): Discriminator => discriminator({ network: convDiscriminator({ sampleShape: [8, 8, 1], widths: [2, 2], norm }) });
    expect(await applications(conv('layer'))).toEqual([8, 4]);
    expect(await applications(conv('batch'))).toEqual([4, 4, 4]);
  });
});

describe("a discriminator's features", () => {
  beforeAll(() => use('cpu'));

  it('are what its last layer takes', async () => {
    const live = discriminator({ network }).build(rng(1));
    const samples = rng(2).normal([3, 2]);
    const { logits, features } = live.apply({ samples }, pass);
    expect(features.shape).toEqual([3, 6]);
    const [kernel, bias] = [...live.trainable.values()].slice(-2) as unknown as [tf.Tensor2D, tf.Tensor];
    const again = tf.add(tf.matMul(features as tf.Tensor2D, kernel), bias);
    expect(await again.array()).toEqual(await logits.array());
    live.dispose();
  });

  it('are the samples themselves where there is but one layer', () => {
    const live = discriminator({ network: mlp({ inputShape: [2], hidden: [], outputShape: [1] }) }).build(rng(1));
    const samples = rng(2).normal([3, 2]);
    expect(live.apply({ samples }, pass).features.dataSync()).toEqual(samples.dataSync());
    live.dispose();
  });
});

describe('instance noise', () => {
  beforeAll(() => use('cpu'));

  it('has the deviation of its schedule, is new on each side and update, and gone at 0', async () => {
    const { prepare } = discriminator({ network, instanceNoise: linearDecay({ from: 0.5, updates: 10 }) });
    const side = { samples: tf.zeros([4000, 2]), labels: tf.zeros([4000], 'int32') };
    const deviation = (update: number): number => Math.sqrt(tf.mean(tf.square(prepare!(side, rng(0).fork(update), update).samples)).dataSync()[0] as number);
    expect(deviation(0)).toBeCloseTo(0.5, 1);
    expect(deviation(5)).toBeCloseTo(0.25, 1);
    expect(prepare!(side, rng(0), 10)).toBe(side);
    const twice = await Promise.all([0, 1].map((update) => prepare!(side, rng(0).fork(update), 0).samples.data()));
    expect(twice[0]).not.toEqual(twice[1]);
    expect(prepare!(side, rng(0), 0).labels).toBe(side.labels);
  });

  it('comes after what else prepares samples, and is part of the configuration', () => {
    const critic = discriminator({ network, prepare: (side) => ({ ...side, samples: tf.mul(side.samples, 0) }), instanceNoise: constant(1) });
    expect(tf.sum(tf.abs(critic.prepare!({ samples: tf.ones([50, 2]) }, rng(0), 0).samples)).dataSync()[0]).toBeGreaterThan(10);
    expect(critic.config).toMatchObject({ instanceNoise: { name: 'constant', config: { value: 1 } } });
    expect(() => discriminator({ network, instanceNoise: -1 })).toThrow('instanceNoise must be a finite number of at least 0, got -1');
  });
});

describe('packing', () => {
  beforeAll(() => use('cpu'));

  it('joins neighbours along the last axis', async () => {
    const { prepare } = discriminator({ network, packing: 2 });
    const flat = prepare!({ samples: tf.range(0, 8).reshape([4, 2]), labels: tf.zeros([4], 'int32') }, rng(0), 0);
    expect(await flat.samples.array()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(flat.labels).toBeUndefined();
    const image = prepare!({ samples: tf.range(0, 24).reshape([4, 1, 3, 2]) }, rng(0), 0).samples;
    expect(image.shape).toEqual([2, 1, 3, 4]);
    expect((await image.array()) as unknown).toMatchObject([
      [
        [
          [0, 1, 6, 7],
          [2, 3, 8, 9],
          [4, 5, 10, 11],
        ],
      ],
      [
        [
          [12, 13, 18, 19],
          [14, 15, 20, 21],
          [16, 17, 22, 23],
        ],
      ],
    ]);
  });

  it('trains a critic that takes as many channels more', async () => {
    const critic = discriminator({ packing: 3, network: convDiscriminator({ sampleShape: [8, 8, 3], widths: [2, 2] }) });
    const trainer = new Trainer(imageGan({ discriminator: critic }));
    const data = images(9);
    await trainer.fit(data, { steps: 2, batchSize: 6 });
    await expect(trainer.fit(data, { steps: 3, batchSize: 4 })).rejects.toThrow(
      'a batch of 4 samples cannot be packed by 3. Set batchSize to a multiple of 3.',
    );
    data.dispose();
    trainer.dispose();
  });

  it('is checked against the network before training', () => {
    const critic = discriminator({ packing: 2, network });
    expect(() => new Trainer(planeGan({ discriminator: critic }))).toThrow(
      "the discriminator takes samples of shape [2], but samples of shape [2] reach it as [4]. Change the discriminator's inputShape.",
    );
    expect(() => discriminator({ network, packing: 0 })).toThrow('packing must be an integer of at least 1, got 0');
  });
});
