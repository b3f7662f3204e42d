import { defineGan, discriminator, generator, nonSaturating, rng, summary, Trainer, type Live, type Pass } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, type UpSampling } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anyNetwork, backends, imageGan, planeGan, use } from './support.ts';

const pass = (overrides: Partial<Pass> = {}): Pass => ({ training: true, updateState: false, rng: rng(1), ...overrides });
const values = async (tensor: tf.Tensor): Promise<number[]> => Array.from(await tensor.data());

describe('convolutional networks', () => {
  beforeAll(() => use('wasm'));

  it.each<[UpSampling, number[], number[]]>([
    ['transposed', [28, 28, 1], [8, 4]],
    ['nearest', [32, 32, 3], [8, 4, 4]],
    ['bilinear', [16, 16, 2], [4]],
    ['transposed', [29, 30, 3], [6, 4]],
    ['nearest', [7, 5, 1], [4, 4]],
  ])('make and read images of any size (%s %j)', (upSampling, sampleShape, widths) => {
    tf.tidy(() => {
      const g = generator({ latentDim: 5, network: convGenerator({ latentDim: 5, sampleShape, widths, upSampling, kernel: 3 }) }).build(rng(0));
      const d = discriminator({ network: convDiscriminator({ sampleShape, widths, kernel: 3 }) }).build(rng(0));
      const { samples } = g.apply({ z: rng(0).normal([3, 5]) }, pass());
      expect(samples.shape).toEqual([3, ...sampleShape]);
      expect(d.apply({ samples }, pass()).logits.shape).toEqual([3, 1]);
      g.dispose();
      d.dispose();
    });
  });

  it('refuse shapes and options that make no sense', () => {
    expect(() => convGenerator({ latentDim: 2, sampleShape: [2], widths: [4] })).toThrow(
      'sampleShape must be [height, width, channels], got [2]. For points or vectors build the network with mlp().',
    );
    expect(() => convGenerator({ latentDim: 2, sampleShape: [8, 8, 1], widths: [] })).toThrow('the number of widths must be an integer of at least 1, got 0');
    expect(() => convDiscriminator({ sampleShape: [8, 8, 1], widths: [4], strides: 2 } as never)).toThrow(
      "unknown option 'strides'. Valid options: activation",
    );
    expect(() => mlp({ inputShape: [2], hidden: [4], outputShape: [1], activation: 'gelu' as never })).toThrow("activation must be one of 'relu', 'leakyRelu'");
  });
});

describe('a summary', () => {
  beforeAll(() => use('cpu'));

  it('counts shapes, parameters and FLOPs, and leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const sampleShape = [28, 28, 1];
    const gan = defineGan({
      sampleShape,
      generator: generator({ latentDim: 100, network: convGenerator({ latentDim: 100, sampleShape, widths: [128, 64], kernel: 5 }) }),
      discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [64, 128], kernel: 5 }) }),
      loss: nonSaturating(),
    });
    const { networks } = summary(gan);
    // The classic step's multiply-adds: dense .627 M, deconvolutions 10.035 M and .314 M; and the same way back.
    expect(networks.map(({ name, flops }) => [name, flops])).toEqual([
      ['generator', 2 * (627_200 + 10_035_200 + 313_600)],
      ['discriminator', 2 * (313_600 + 10_035_200 + 6272)],
    ]);
    expect(networks[0]?.parameters).toBe(627_200 + (4 * 6272) / 49 + 25 * 128 * 64 + 256 + 25 * 64 + 1);
    expect(String(summary(gan))).toContain('[14, 14, 64]');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each(backends)('any function that builds a model on %s', (backend) => {
  beforeEach(() => use(backend));

  it('is a network, as reproducible as ours though its layers take no seed', async () => {
    const build = (): tf.LayersModel =>
      tf.sequential({
        layers: [
          tf.layers.dense({ inputShape: [3], units: 4, activation: 'relu' }),
          tf.layers.dropout({ rate: 0.5, seed: 1 }),
          tf.layers.gaussianNoise({ stddev: 0.1 }),
          tf.layers.dense({ units: 2 }),
        ],
      });
    const outputs: number[][] = [];
    for (const seed of [5, 5, 6]) {
      const live = generator({ latentDim: 3, network: build }).build(rng(seed));
      const z = tf.ones([2, 3]);
      outputs.push(await values(live.apply({ z }, pass({ rng: rng(9) })).samples));
      const [once, again] = [live.apply({ z }, pass({ rng: rng(1) })), live.apply({ z }, pass({ rng: rng(2) }))];
      // Seeded dropout draws a new mask at each call.
      expect(await values(once.samples)).not.toEqual(await values(again.samples));
      live.dispose();
    }
    expect(outputs[0]).toEqual(outputs[1]);
    expect(outputs[0]).not.toEqual(outputs[2]);
  });

  it('may nest and share layers, each weight once under a key of its own', () => {
    const live = generator({
      latentDim: 3,
      network: () => {
        const shared = tf.layers.dense({ units: 3 });
        const inner = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 3 }), tf.layers.batchNormalization()] });
        const input = tf.input({ shape: [3] });
        return tf.model({ inputs: input, outputs: inner.apply(shared.apply(shared.apply(input))) as tf.SymbolicTensor });
      },
    }).build(rng(0));
    expect([...live.trainable.keys()]).toEqual(['1/kernel', '1/bias', '2/kernel', '2/bias', '3/gamma', '3/beta']);
    expect([...live.state.keys()]).toEqual(['3/moving_mean', '3/moving_variance']);
    const before = tf.memory().numTensors;
    live.dispose();
    expect(tf.memory().numTensors).toBe(before - 8);
  });

  it.each([
    ['scale and center', {}],
    ['no scale', { scale: false }],
    ['no center', { center: false }],
  ])('normalizes batches with %s, and moves the moments only where the pass allows it', async (_, options) => {
    const network = (): tf.LayersModel => tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [2, 1, 3], momentum: 0.75, ...options })] });
    const live: Live<{ z: tf.Tensor }, { samples: tf.Tensor }> = anyNetwork(network).build(rng(0));
    const x = rng(2).normal([4, 2, 1, 3]);
    const y = (await live.apply({ z: x }, pass()).samples.array()) as number[][][][];
    const channel = y.flat(2).map((pixel) => pixel[1] as number);
    const mean = channel.reduce((a, b) => a + b) / channel.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(channel.reduce((a, b) => a + (b - mean) ** 2, 0) / channel.length).toBeCloseTo(1, 2);
    const moments = (): Promise<number[][]> => Promise.all([...live.state.values()].map(values));
    expect(await moments()).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    live.apply({ z: x }, pass({ updateState: true }));
    const inputs = ((await x.array()) as number[][][][]).flat(2).map((pixel) => pixel[1] as number);
    const inputMean = inputs.reduce((a, b) => a + b) / inputs.length;
    const inputVariance = inputs.reduce((a, b) => a + (b - inputMean) ** 2, 0) / inputs.length;
    const [means, variances] = await moments();
    expect(means?.[1]).toBeCloseTo(0.25 * inputMean, 5);
    expect(variances?.[1]).toBeCloseTo(0.75 + 0.25 * inputVariance, 4);
    live.dispose();
  });
});

describe('networks that do not fit', () => {
  beforeAll(() => use('cpu'));
  const build = (units: number) => (): tf.LayersModel => tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units })] });

  it('are refused before training, with what was expected, what came and the cure', () => {
    const before = tf.memory().numTensors;
    expect(() => new Trainer(planeGan({ generator: generator({ latentDim: 3, network: build(5) }) }))).toThrow(
      "the generator makes samples of shape [5], but sampleShape is [2]. Change the generator's last layer or sampleShape.",
    );
    expect(() => new Trainer(planeGan({ discriminator: discriminator({ network: build(1) }) }))).toThrow(
      "the discriminator takes samples of shape [3], but sampleShape is [2]. Change the discriminator's inputShape or sampleShape.",
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are refused when they end in probabilities, are no function, or build no model', () => {
    const sigmoid = (): tf.LayersModel => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, activation: 'sigmoid' })] });
    expect(() => new Trainer(planeGan({ discriminator: discriminator({ network: sigmoid }) }))).toThrow('the discriminator ends in sigmoid');
    expect(() => generator({ latentDim: 2, network: sigmoid() as never })).toThrow('network must be a function that builds a tf.LayersModel');
    expect(() => new Trainer(planeGan({ discriminator: discriminator({ network: (() => undefined) as never }) }))).toThrow(
      'network must return a built tf.LayersModel, got undefined',
    );
    expect(() => generator({ latentDim: 0, network: build(2) })).toThrow('latentDim must be an integer of at least 1, got 0');
    expect(() => imageGan({ criticSteps: 0 })).toThrow('criticSteps must be an integer of at least 1, got 0');
  });

  it('are disposed of though some of their weights are gone', () => {
    const before = tf.memory().numTensors;
    const live = anyNetwork(mlp({ inputShape: [2], hidden: [3], outputShape: [1] })).build(rng(0));
    live.model?.layers[1]?.weights[0]?.dispose();
    live.dispose();
    live.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
