import { discriminator, generator, rng, type Latents, type Live, type ModelRecipe, type Pass } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, type ConvGeneratorOptions } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from './support.ts';

beforeAll(() => use('cpu'));

type Maker = Live<Latents, { readonly samples: tf.Tensor }>;

const pass = (overrides: Partial<Pass> = {}): Pass => ({ training: true, updateState: false, rng: rng(1), ...overrides });
const build = (network: ModelRecipe, latentDim = 1): Maker => generator({ latentDim, network }).build(rng(0));
const layers = (network: ModelRecipe): tf.layers.Layer[] => network(rng(0)).layers;
const types = (network: ModelRecipe): string[] => layers(network).map((layer) => layer.getClassName());
const configs = (network: ModelRecipe, type: string): tf.serialization.ConfigDict[] =>
  layers(network)
    .filter((layer) => layer.getClassName() === type)
    .map((layer) => layer.getConfig());

/** Gives the weights whose roles are named these values, in the model's order. */
function set(live: Maker, values: readonly (readonly number[] | number)[]): void {
  const variables = [...live.trainable.values()];
  expect(variables).toHaveLength(values.length);
  variables.forEach((variable, index) =>
    tf.tidy(() => {
      const value = values[index] as readonly number[] | number;
      variable.assign(typeof value === 'number' ? tf.fill(variable.shape, value) : tf.tensor([...value], variable.shape));
    }),
  );
}

describe('convGenerator', () => {
  it.each([
    [
      [5, 6, 1],
      [8, 8, 1],
      [1, 1],
    ],
    [
      [7, 8, 2],
      [8, 8, 2],
      [0, 0],
    ],
    [
      [9, 11, 1],
      [12, 12, 1],
      [1, 0],
    ],
  ])('crops %j from the middle of %j, the odd row and column at the end', async (sampleShape, whole, [top, left]) => {
    const make = (shape: number[]): tf.Tensor => {
      const network = convGenerator({ latentDim: 3, sampleShape: shape, widths: [4, 3], kernel: 3, norm: 'none', initializer: 'glorotNormal' });
      return build(network, 3).apply({ z: rng(5).normal([2, 3]) }, pass()).samples;
    };
    const cropped = make(sampleShape);
    const expected = tf.slice(make(whole), [0, top as number, left as number, 0], [2, ...sampleShape]);
    expect(cropped.shape).toEqual([2, ...sampleShape]);
    expect(await cropped.array()).toEqual(await expected.array());
    // Hardly two pixels are alike: a crop elsewhere would show.
    expect(new Set(await cropped.data()).size).toBeGreaterThan(0.9 * cropped.size);
  });

  const plain = (options: Partial<ConvGeneratorOptions>): ModelRecipe =>
    convGenerator({
      latentDim: 1,
      sampleShape: [4, 4, 1],
      widths: [1],
      kernel: 1,
      norm: 'none',
      activation: 'linear',
      outputActivation: 'linear',
      ...options,
    });

  it.each([
    [
      'nearest',
      [
        [0, 0, 4, 4],
        [0, 0, 4, 4],
        [8, 8, 20, 20],
        [8, 8, 20, 20],
      ],
    ],
    [
      'bilinear',
      [
        [0, 2, 4, 4],
        [4, 8, 12, 12],
        [8, 14, 20, 20],
        [8, 14, 20, 20],
      ],
    ],
  ] as const)('enlarges by %s interpolation', async (upSampling, expected) => {
    const live = build(plain({ upSampling }));
    // A dense layer to 2 by 2 pixels, then a convolution that multiplies by 1.
    set(live, [[0, 4, 8, 20], 0, 1, 0]);
    const samples = live.apply({ z: tf.ones([1, 1]) }, pass()).samples;
    expect(tf.squeeze(samples).arraySync()).toEqual(expected);
    live.dispose();
  });

  it.each([
    ['transposed', ['InputLayer', 'Dense', 'Reshape', 'Conv2DTranspose']],
    ['nearest', ['InputLayer', 'Dense', 'Reshape', 'UpSampling2D', 'Conv2D']],
  ] as const)('is made of these layers when %s', (upSampling, expected) => {
    expect(types(plain({ upSampling }))).toEqual(expected);
  });

  it('normalizes and activates every stage but the output', () => {
    const recipe = convGenerator({ latentDim: 2, sampleShape: [8, 8, 1], widths: [4, 3], normMomentum: 0.6, normEpsilon: 1e-4 });
    const stage = ['BatchNormalization', 'Activation'];
    expect(types(recipe)).toEqual(['InputLayer', 'Dense', 'Reshape', ...stage, 'Conv2DTranspose', ...stage, 'Conv2DTranspose', 'Activation']);
    expect(configs(recipe, 'Activation').map(({ activation }) => activation)).toEqual(['relu', 'relu', 'tanh']);
    expect(configs(recipe, 'BatchNormalization')).toEqual(new Array(2).fill(expect.objectContaining({ momentum: 0.6, epsilon: 1e-4 })));
    expect(configs(recipe, 'Conv2DTranspose').map(({ kernelSize, useBias }) => [kernelSize, useBias])).toEqual([
      [[5, 5], false],
      [[5, 5], true],
    ]);
  });
});

describe('convDiscriminator', () => {
  it('normalizes every stage but the first, unless told', () => {
    const options = { sampleShape: [8, 8, 1], widths: [3, 4], slope: 0.3, normMomentum: 0.7, dropout: 0.25 };
    const end = ['LeakyReLU', 'Dropout'];
    const recipe = convDiscriminator(options);
    expect(types(recipe)).toEqual(['InputLayer', 'Conv2D', ...end, 'Conv2D', 'BatchNormalization', ...end, 'Flatten', 'Dense']);
    expect(types(convDiscriminator({ ...options, normFirst: true })).slice(0, 4)).toEqual(['InputLayer', 'Conv2D', 'BatchNormalization', 'LeakyReLU']);
    expect(configs(recipe, 'LeakyReLU').map(({ alpha }) => alpha)).toEqual([0.3, 0.3]);
    expect(configs(recipe, 'BatchNormalization')).toEqual([expect.objectContaining({ momentum: 0.7 })]);
    expect(configs(recipe, 'Dropout').map(({ rate }) => rate)).toEqual([0.25, 0.25]);
    expect(configs(recipe, 'Conv2D').map(({ strides, useBias }) => [strides, useBias])).toEqual([
      [[2, 2], true],
      [[2, 2], false],
    ]);
  });

  it('draws weights of deviation 0.02, and scales of batch norm around 1, unless told', async () => {
    const live = discriminator({ network: convDiscriminator({ sampleShape: [8, 8, 8], widths: [32, 64], kernel: 5 }) }).build(rng(1));
    const deviation = async (key: string, around: number): Promise<number> => {
      const values = (await live.trainable.get(key)?.data()) as Float32Array;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - around) ** 2, 0) / values.length);
    };
    expect(await deviation('1/kernel', 0)).toBeCloseTo(0.02, 3);
    expect(await deviation('3/kernel', 0)).toBeCloseTo(0.02, 3);
    expect(await deviation('4/gamma', 1)).toBeGreaterThan(0.014);
    expect(await deviation('4/gamma', 1)).toBeLessThan(0.026);
    live.dispose();
  });
});

describe('mlp', () => {
  it('is dense, norm, activation, dropout for each hidden layer, then dense', () => {
    const options = { inputShape: [2, 3], hidden: [4, 3], outputShape: [2, 1], norm: 'batch', dropout: 0.1, outputActivation: 'sigmoid' } as const;
    const hidden = ['Dense', 'BatchNormalization', 'LeakyReLU', 'Dropout'];
    expect(types(mlp(options))).toEqual(['InputLayer', 'Flatten', ...hidden, ...hidden, 'Dense', 'Reshape', 'Activation']);
    expect(types(mlp({ ...options, normFirst: false })).slice(0, 5)).toEqual(['InputLayer', 'Flatten', 'Dense', 'LeakyReLU', 'Dropout']);
    expect(types(mlp({ ...options, norm: 'layer' })).filter((type) => type === 'LayerNormalization')).toHaveLength(2);
    expect(configs(mlp(options), 'Dense').map(({ units, useBias }) => [units, useBias])).toEqual([
      [4, false],
      [3, false],
      [2, true],
    ]);
  });

  it.each([
    [undefined, -0.4],
    [0.3, -0.6],
    [0, 0],
  ])('has leakyRelu of slope %s', async (slope, expected) => {
    const live = build(mlp({ inputShape: [1], hidden: [1], outputShape: [1], ...(slope !== undefined && { slope }) }));
    set(live, [1, 0, 1, 0]);
    const [below, above] = await live.apply({ z: tf.tensor2d([[-2], [2]]) }, pass()).samples.data();
    expect(below).toBeCloseTo(expected, 6);
    expect(above).toBe(2);
    live.dispose();
  });

  it.each([
    [undefined, 0.9],
    [0.6, 0.6],
  ])('keeps %s of the old moments at each update (%d)', async (normMomentum, keep) => {
    const live = build(mlp({ inputShape: [1], hidden: [1], outputShape: [1], norm: 'batch', ...(normMomentum && { normMomentum }) }));
    set(live, [1, 1, 0, 1, 0]);
    // Mean 5, variance 4.
    live.apply({ z: tf.tensor2d([[3], [7]]) }, pass({ updateState: true }));
    const [mean, variance] = await Promise.all([...live.state.values()].map(async (moment) => (await moment.data())[0]));
    expect(mean).toBeCloseTo((1 - keep) * 5, 4);
    expect(variance).toBeCloseTo(keep + (1 - keep) * 4, 4);
    live.dispose();
  });

  it('drops the given share of units in training, makes up for them, and drops none otherwise', async () => {
    const [units, rows, rate] = [500, 200, 0.3];
    const live = build(mlp({ inputShape: [1], hidden: [units], outputShape: [1], activation: 'linear', dropout: rate }));
    // The mean of so many ones.
    set(live, [1, 0, 1 / units, 0]);
    const z = tf.ones([rows, 1]);
    const values = Array.from(await live.apply({ z }, pass()).samples.data());
    const mean = values.reduce((a, b) => a + b) / rows;
    expect(Math.abs(mean - 1)).toBeLessThan(0.01);
    // A unit is 0 or 1 / (1 - rate).
    const variance = rate / (1 - rate) / units;
    const got = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    expect(Math.abs(got / variance - 1)).toBeLessThan(0.3);
    for (const value of await live.apply({ z }, pass({ training: false })).samples.data()) expect(value).toBeCloseTo(1, 4);
    live.dispose();
  });

  it.each([0.2, 0.5])('has dropout layers that give 0 or 1 / (1 - rate) for 1 (rate %d)', async (rate) => {
    const live = build(() => tf.sequential({ layers: [tf.layers.dropout({ rate, inputShape: [5000] })] }), 5000);
    const values = Array.from(await live.apply({ z: tf.ones([1, 5000]) }, pass()).samples.data());
    const kept = values.filter((value) => value !== 0);
    expect(Math.abs(kept.length / 5000 - (1 - rate))).toBeLessThan(0.03);
    for (const value of kept) expect(value).toBeCloseTo(1 / (1 - rate), 5);
    live.dispose();
  });
});
