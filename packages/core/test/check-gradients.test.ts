import {
  assertTwiceDifferentiable,
  checkGradients,
  discriminator,
  enableHigherOrderGradients,
  generator,
  rng,
  Trainer,
  type GradientReport,
  type Live,
  type Pass,
} from '@ganzoo/core';
import { convDiscriminator, mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { anyNetwork, backends, isNative, planeGan, use } from './support.ts';

afterEach(() => void vi.restoreAllMocks());

const wrongRows = (report: GradientReport): string[] => report.rows.filter((row) => !row.ok).map((row) => row.name);

const model = (inputShape: number[], ...layers: tf.layers.Layer[]): tf.LayersModel => {
  const input = tf.input({ shape: inputShape });
  return tf.model({ inputs: input, outputs: layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });
};

/** A layer whose gradient somebody wrote by hand, and not quite. */
class Squared extends tf.layers.Layer {
  static className = 'Squared';
  readonly slope: number;
  constructor(slope: number) {
    super({ name: 'squared' });
    this.slope = slope;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const square = tf.customGrad((x, save) => {
      (save as (saved: tf.Tensor[]) => void)([x as tf.Tensor]);
      return { value: tf.square(x as tf.Tensor), gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.mul(saved as tf.Tensor, this.slope)) };
    });
    return square([inputs].flat()[0] as tf.Tensor);
  }
}

// Before anything enables them: these tests come first.
describe('as TensorFlow.js has them', () => {
  it.each(backends)('gradients are wrong on %s, and the check says where and how', async (backend) => {
    await use(backend);
    const before = tf.memory().numTensors;
    const report = await checkGradients();
    expect(tf.memory().numTensors).toBe(before);
    expect(report).toMatchObject({ backend, ok: false });
    expect(wrongRows(report)).toEqual(expect.arrayContaining(['prelu', 'tanh', 'softmax', 'maximum', 'cumsum', 'mirrorPad', 'maxPool', 'lstm']));
    expect(wrongRows(report)).not.toContain('conv2d with relu');
    const row = (name: string) => report.rows.find((each) => each.name === name);
    expect(row('tanh')?.reason).toMatch(/^the second derivative is off by \d+%$/);
    expect(row('tanh')?.firstOrderError).toBeLessThan(1e-3);
    expect(row('mirrorPad')?.reason).toMatch(/^the first derivative is off by \d+%$/);
    expect(row('prelu')).toMatchObject({
      secondOrderError: NaN,
      reason: 'no second derivative: Cannot compute gradient: gradient function not found for Greater',
    });
    expect(String(report)).toMatch(new RegExp(`^gradients on ${backend}: \\d+ of ${report.rows.length} wrong\\n`));
  });

  it('networks that a penalty cannot differentiate are refused, with the call that helps', async () => {
    await use('cpu');
    const critic = model([5], tf.layers.dense({ units: 3 }), tf.layers.prelu({ name: 'slopes' }));
    expect(() => assertTwiceDifferentiable(critic, 'core/gan')).toThrow(
      '[ganzoo/core/gan] the network cannot be differentiated twice on the ' +
        `${tf.getBackend()} backend, as a gradient penalty does. layer 'slopes' (PReLU): no second derivative: Cannot compute gradient: ` +
        'gradient function not found for Greater. Call enableHigherOrderGradients() first.',
    );
    critic.dispose();
  });
});

describe.each(backends)('once enabled on %s', (backend) => {
  beforeAll(enableHigherOrderGradients);
  beforeEach(() => use(backend));

  it('all are right, which is found out in silence and leaves no tensor behind', async () => {
    const said = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    const before = tf.memory().numTensors;
    const report = await checkGradients();
    expect(String(report)).toMatch(`gradients on ${backend}: all right\n`);
    expect(wrongRows(report)).toEqual([]);
    expect(report.rows.length).toBeGreaterThan(50);
    for (const row of report.rows) expect(Math.max(row.firstOrderError, row.secondOrderError), row.name).toBeLessThan(2e-3);
    expect(tf.memory().numTensors).toBe(before);
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
  });

  it('each layer of a network is checked as it is, a recipe, a live network or a model, and is left as it was', async () => {
    const before = tf.memory().numTensors;
    const recipe = discriminator({ network: convDiscriminator({ sampleShape: [8, 8, 2], widths: [4, 6], kernel: 4, dropout: 0.3 }) });
    const fromRecipe = await checkGradients(recipe);
    expect(fromRecipe.ok, String(fromRecipe)).toBe(true);
    const kinds = ['Conv2D', 'LeakyReLU', 'Dropout', 'Conv2D', 'BatchNormalization', 'LeakyReLU', 'Dropout', 'Flatten', 'Dense'];
    expect(fromRecipe.rows.map((row) => row.kind)).toEqual(kinds);
    expect(tf.memory().numTensors).toBe(before);

    const live = recipe.build(rng(3));
    const values = (): Promise<unknown[]> => Promise.all([...live.trainable.values(), ...live.state.values()].map((variable) => variable.array()));
    const weights = await values();
    expect((await checkGradients(live)).rows.map((row) => row.kind)).toEqual(kinds);
    expect((await checkGradients(live.model as tf.LayersModel)).ok).toBe(true);
    assertTwiceDifferentiable(live, 'core/gan');
    expect(await values()).toEqual(weights);
    live.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('layers that are not right are named, and what to do', async () => {
    const before = tf.memory().numTensors;
    const wrong = model([4], tf.layers.dense({ units: 3 }), new Squared(2.1));
    const report = await checkGradients(wrong);
    expect(wrongRows(report)).toEqual(['squared']);
    expect(report.rows.at(-1)).toMatchObject({ kind: 'Squared', reason: expect.stringMatching(/^the first derivative is off by [\d.]+%$/) as string });
    expect(() => assertTwiceDifferentiable(wrong, 'core/gan')).toThrow(/layer 'squared' \(Squared\): .* Use layers that checkGradients\(\) finds right/);
    assertTwiceDifferentiable(model([4], new Squared(2)), 'core/gan');

    const volumes = model([4, 4, 4, 1], tf.layers.maxPooling3d({ poolSize: 2, name: 'pool' }));
    expect((await checkGradients(volumes)).rows[0]).toMatchObject({ ok: false, secondOrderError: NaN });
    expect((await checkGradients(volumes)).rows[0]?.firstOrderError).toBeLessThan(1e-3);
    expect(() => assertTwiceDifferentiable(volumes, 'core/gan')).toThrow("layer 'pool' (MaxPooling3D): no second derivative: ");
    for (const weight of wrong.weights) weight.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('activations inside of layers are looked at, away from their kinks, and put back', async () => {
    const before = tf.memory().numTensors;
    const disposeOf = ({ weights }: tf.LayersModel): void => weights.forEach((weight) => weight.dispose());
    for (const activation of ['relu', 'elu', 'selu', 'hardSigmoid', 'softsign', 'softmax', 'logSoftmax', 'gelu_new']) {
      const conv = tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: activation as never });
      const network = model([9, 8, 4], conv, tf.layers.flatten(), tf.layers.dense({ units: 20, activation: activation as never }));
      const report = await checkGradients(network);
      expect(report.ok, String(report)).toBe(true);
      disposeOf(network);
    }
    const network = model([3], tf.layers.dense({ units: 2, activation: 'sigmoid', kernelInitializer: 'zeros' }));
    await checkGradients(network);
    const y = tf.tidy(() => network.predict(tf.ones([1, 3])) as tf.Tensor);
    expect(await y.data()).toEqual(Float32Array.of(0.5, 0.5));
    y.dispose();
    disposeOf(network);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('labels go their own way, and a layer that does not even run is a finding', async () => {
    const before = tf.memory().numTensors;
    const [image, label] = [tf.input({ shape: [3] }), tf.input({ shape: [1], dtype: 'int32' })];
    const encoded = tf.layers.categoryEncoding({ numTokens: 4, outputMode: 'oneHot' as never }).apply(label) as tf.SymbolicTensor;
    const looked = tf.layers.flatten().apply(tf.layers.embedding({ inputDim: 4, outputDim: 2 }).apply(label)) as tf.SymbolicTensor;
    const together = tf.layers.concatenate().apply([image, encoded, looked]) as tf.SymbolicTensor;
    const critic = tf.model({ inputs: [image, label], outputs: tf.layers.dense({ units: 1 }).apply(together) as tf.SymbolicTensor });
    expect((await checkGradients(critic)).rows.map(({ kind, ok }) => [kind, ok])).toEqual([
      ['Embedding', true],
      ['Flatten', true],
      ['Concatenate', true],
      ['Dense', true],
    ]);
    assertTwiceDifferentiable(critic, 'core/gan');
    for (const weight of critic.weights) weight.dispose();

    const broken = tf.layers.flatten({ name: 'broken' });
    const network = model([2, 2], broken);
    broken.call = () => {
      throw new Error('out of order.');
    };
    expect((await checkGradients(network)).rows[0]).toMatchObject({ firstOrderError: NaN, reason: 'no first derivative: out of order' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a live network without a model has nothing to check', async () => {
    const live: Live<never, unknown> = { apply: () => undefined, trainable: new Map(), state: new Map(), dispose: () => {} };
    await expect(checkGradients(live)).rejects.toThrow('this network has no model, and so no layers to check');
    assertTwiceDifferentiable(live, 'core/gan');
  });

  it('a gradient penalty on a network of many kinds of layers moves the weights as its differences say', async () => {
    const pass: Pass = { training: true, updateState: false, rng: rng(1) };
    const layers = (): tf.layers.Layer[] => [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' }),
      tf.layers.batchNormalization(),
      tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      tf.layers.depthwiseConv2d({ kernelSize: 2, padding: 'same', activation: 'swish' as never }),
      tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
      tf.layers.layerNormalization(),
      tf.layers.activation({ activation: 'mish' as never }),
      tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ];
    const network = anyNetwork(() => model([8, 9, 2], ...layers()));
    const live = network.build(rng(5));
    const x = rng(6).normal([3, 8, 9, 2]);
    const weights = rng(7).normal([3, 3]);
    const score = (z: tf.Tensor): tf.Scalar => tf.sum(tf.mul(weights, live.apply({ z }, pass).samples));
    const penalty = (): tf.Scalar => tf.mul(tf.sum(tf.square(tf.grad(score)(x))), 1e3);
    const variables = [...live.trainable.values()];
    const { grads } = tf.engine().gradients(penalty, variables, undefined, true);
    for (const [index, variable] of variables.entries()) {
      // Some variables, such as the bias before a normalization, do not matter: the difference must say so too.
      const slope = grads[index] ?? tf.zerosLike(variable);
      const direction = tf.add(tf.div(slope, tf.add(tf.norm(slope), 1e-6)), tf.mul(rng(index).normal(variable.shape), 0.05));
      const original = tf.clone(variable);
      const at = async (by: number): Promise<number> => {
        tf.tidy(() => variable.assign(tf.add(original, tf.mul(direction, by))));
        return (await penalty().data())[0]!;
      };
      const difference = ((await at(5e-3)) - (await at(-5e-3))) / 1e-2;
      tf.tidy(() => variable.assign(original));
      const [along, size, level] = await Promise.all([tf.sum(tf.mul(slope, direction)).data(), tf.norm(slope).data(), penalty().data()]);
      expect(Math.abs(along[0]! - difference) / Math.max(size[0]!, 1e-2 * level[0]!), variable.name).toBeLessThan(1e-2);
    }
    live.dispose();
  });
});

describe('layers that cannot be trained', () => {
  const build = (inputShape: number[], layer: () => tf.layers.Layer): void =>
    anyNetwork(() => model(inputShape, layer()))
      .build(rng(0))
      .dispose();
  const volume = [4, 4, 4, 2];
  const dilated = (): tf.layers.Layer => tf.layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, name: 'sparse' });

  it.each(backends)('are refused by name on %s: the gradient is not there', async (backend) => {
    await use(backend);
    const before = tf.memory().numTensors;
    expect(() => build([9, 9, 1], dilated)).toThrow(
      `[ganzoo/test] layer 'sparse' (Conv2D) cannot be trained on the ${backend} backend: TensorFlow.js has no gradient of a dilated convolution. Set dilationRate to 1, and kernelSize higher.`,
    );
    expect(() => build([3, 9, 9, 1], () => tf.layers.timeDistributed({ layer: dilated() }))).toThrow('(TimeDistributed) cannot be trained');
    const pooled = (): void => build(volume, () => tf.layers.averagePooling3d({ poolSize: 3, padding: 'same' }));
    // TensorFlow's own kernel is right there.
    if (backend === 'tensorflow') pooled();
    else expect(pooled).toThrow(`${backend} backend: its gradient is wrong at the borders that padding 'same' makes. Set padding to 'valid'.`);
    expect(tf.memory().numTensors).toBe(before);
    build(volume, () => tf.layers.averagePooling3d({ poolSize: 2 }));
  });

  it.skipIf(isNative)('are refused where the backend alone is at fault', async () => {
    const convolution = (): tf.layers.Layer => tf.layers.conv3d({ filters: 1, kernelSize: 2, name: 'volume' });
    await use('cpu');
    build(volume, convolution);
    await use('wasm');
    expect(() => build(volume, convolution)).toThrow(
      "layer 'volume' (Conv3D) cannot be trained on the wasm backend: its gradient by the input is wrong there. Use another backend, or convolutions in 2 dimensions.",
    );
    // What the stock wasm backend is like.
    const kernel = tf.getKernel('Conv2DBackpropFilter', 'wasm') as tf.KernelConfig;
    tf.unregisterKernel('Conv2DBackpropFilter', 'wasm');
    expect(() => build([8, 8, 1], () => tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }))).toThrow(
      "layer 'pool' (MaxPooling2D) cannot be trained on the wasm backend: kernels of its gradient are missing or wrong there. Import '@ganzoo/wasm', which has them.",
    );
    tf.registerKernel(kernel);
  });

  it.skipIf(isNative)('have no right derivative indeed', async () => {
    for (const backend of backends) {
      await use(backend);
      expect((await checkGradients(model([9, 9, 1], dilated()))).rows[0]?.reason).toMatch('dilation rates greater than 1');
      expect((await checkGradients(model(volume, tf.layers.averagePooling3d({ poolSize: 3, padding: 'same' })))).rows[0]?.reason).toMatch(
        'the first derivative is off',
      );
    }
    expect((await checkGradients(model(volume, tf.layers.conv3d({ filters: 1, kernelSize: 2 })))).rows[0]?.reason).toMatch('the first derivative is');
    await use('cpu');
    const right = await checkGradients(
      model(volume, tf.layers.conv3d({ filters: 3, kernelSize: 2, strides: 2 }), tf.layers.conv3dTranspose({ filters: 1, kernelSize: 2, strides: 2 })),
    );
    expect(right.ok, String(right)).toBe(true);
  });
});

describe('a trainer', () => {
  it('asks for right gradients itself', async () => {
    await use('cpu');
    tf.unregisterGradient('MaxPoolGrad');
    new Trainer(planeGan({ generator: generator({ latentDim: 3, network: mlp({ inputShape: [3], hidden: [4], outputShape: [2] }) }) })).dispose();
    expect(tf.getGradient('MaxPoolGrad')).toBeDefined();
  });
});
