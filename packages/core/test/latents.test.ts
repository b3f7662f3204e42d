import { arrayDataset, defineGan, discriminator, generator, rng, sgd, Trainer, type BothSides, type Latents, type Logits, type Loss } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from './support.ts';

beforeAll(() => use('cpu'));

describe('latents', () => {
  async function drawn(latents?: 'normal' | 'uniform'): Promise<{ values: Float32Array; share: (from: number, to: number) => number }> {
    const network = mlp({ inputShape: [4], hidden: [], outputShape: [2] });
    const { z } = generator({ latentDim: 4, network, ...(latents && { latents }) }).drawLatents(5000, rng(1));
    expect(z.shape).toEqual([5000, 4]);
    const values = (await z.data()) as Float32Array;
    z.dispose();
    return { values, share: (from, to) => values.filter((value) => value >= from && value < to).length / values.length };
  }

  it('are uniform in [-1, 1) when told', async () => {
    const { values, share } = await drawn('uniform');
    expect(share(-1, 1)).toBe(1);
    for (const from of [-1, -0.5, 0, 0.5]) expect(share(from, from + 0.5)).toBeCloseTo(0.25, 1);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1 / 3, 1);
  });

  it.each([undefined, 'normal'] as const)('are standard normal when %s', async (latents) => {
    const { share } = await drawn(latents);
    expect(Math.abs(share(-1, 1) - 0.6827)).toBeLessThan(0.015);
    expect(Math.abs(share(-2, 2) - 0.9545)).toBeLessThan(0.01);
    expect(Math.abs(share(0, 1) - 0.3413)).toBeLessThan(0.015);
  });
});

describe('labels', () => {
  /** `weight` times the input plus `perClass` times the label. */
  const labelled = (weight: 0 | 1, perClass: number) => (): tf.LayersModel => {
    const [main, label] = [tf.input({ shape: [1] }), tf.input({ shape: [], dtype: 'int32' })];
    const embedding = tf.layers.embedding({ inputDim: 3, outputDim: 1 });
    const dense = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: weight === 1 ? 'ones' : 'zeros' });
    const sum = tf.layers.add().apply([dense.apply(main) as tf.SymbolicTensor, embedding.apply(label) as tf.SymbolicTensor]);
    embedding.setWeights([tf.tensor2d([[0], [perClass], [2 * perClass]])]);
    return tf.model({ inputs: [main, label], outputs: sum as tf.SymbolicTensor });
  };
  /** The labels that came with each turn. */
  const seen: Record<string, number[]>[] = [];
  const look = ({ fake, latents, ...rest }: BothSides<Logits, Latents>): void => {
    const of = (labels?: tf.Tensor): number[] => Array.from(labels?.dataSync() ?? []);
    seen.push({ latents: of(latents.labels), fake: of(fake.labels), ...('real' in rest && { real: of((rest.real as { labels?: tf.Tensor }).labels) }) });
  };
  const size = (logits: tf.Tensor): tf.Scalar => tf.mean<tf.Scalar>(tf.abs(logits));
  const distances: Loss<Logits, Latents> = {
    name: 'distances',
    config: {},
    discriminator: (context) => (look(context), { real: size(context.real.out.logits), fake: size(context.fake.out.logits) }),
    generator: (context) => (look(context as BothSides<Logits, Latents>), { fake: size(context.fake.out.logits) }),
  };
  const still = sgd({ learningRate: 0 });
  const gan = () =>
    defineGan({
      generator: generator({ latentDim: 1, network: labelled(0, 10) }),
      // 0 for a sample that is ten times its label.
      discriminator: discriminator({ network: labelled(1, -10) }),
      loss: distances,
      optimizers: { generator: still, discriminator: still },
    });
  const labels = [0, 1, 2, 2, 1, 1];
  const data = arrayDataset({ name: 'tens', values: Float32Array.from(labels, (label) => label * 10), sampleShape: [1], labels });

  it('of the batch reach the latents, the generator and the discriminator of either side', async () => {
    const trainer = new Trainer(gan());
    await trainer.fit(data, { steps: 1, batchSize: 6 });
    expect(await trainer.losses()).toMatchObject({ 'discriminator/real': 0, 'discriminator/fake': 0, 'generator/fake': 0 });
    const [ofDiscriminator, ofGenerator] = seen;
    expect(ofDiscriminator?.['real']?.toSorted()).toEqual([0, 1, 1, 1, 2, 2]);
    expect(ofDiscriminator).toEqual({ real: ofDiscriminator?.['real'], fake: ofDiscriminator?.['real'], latents: ofDiscriminator?.['real'] });
    expect(ofGenerator).toEqual({ fake: ofDiscriminator?.['real'], latents: ofDiscriminator?.['real'] });
    trainer.dispose();
  });

  it('asked for are those of the samples, in each of several batches', async () => {
    const trainer = new Trainer(gan());
    const wanted = Array.from({ length: 300 }, (_, i) => (i * 7 + Math.floor(i / 100)) % 3);
    const samples = trainer.sample(300, { labels: wanted });
    expect(Array.from(await samples.data())).toEqual(wanted.map((label) => label * 10));
    expect(() => trainer.sample(2, { labels: [1] })).toThrow('expected 2 labels, one a sample, got 1');
    samples.dispose();
    trainer.dispose();
  });
});
