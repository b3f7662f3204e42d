import {
  adam,
  defineGan,
  discriminator,
  generator,
  gradientPenalty,
  history,
  memory,
  nonSaturating,
  rng,
  toDataset,
  Trainer,
  wasserstein,
  type Batch,
  type Discriminator,
  type Generator,
  type GanSpec,
  type Latents,
  type Logits,
  type Loss,
  type ModelRecipe,
  type Regularizer,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, planeGan, points, use } from './support.ts';

beforeAll(() => use('wasm'));
const data = points(20);
const dense = (options: object): tf.LayersModel => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, ...options })] });

describe('defineGan refuses what is no plug', () => {
  it.each<[string, Partial<Record<keyof GanSpec<Logits, Latents>, unknown>>, string]>([
    [
      'a loss that was not called',
      { loss: nonSaturating },
      "loss must be nonSaturating() or another loss, called; got function without a function 'discriminator'",
    ],
    ['a loss by name', { loss: 'hinge' }, 'got string without'],
    ['no generator', { generator: undefined }, 'generator must be generator({ network, latentDim }); got undefined'],
    ['a stock optimizer', { optimizers: { generator: {} } }, 'optimizers.generator must be adam()'],
    ['one regularizer', { regularizers: gradientPenalty() }, 'regularizers must be an array. Write [gradientPenalty()].'],
    [
      'a regularizer of nobody',
      { regularizers: [{ ...gradientPenalty(), player: 'critic' }] },
      "the player of the regularizer 'gradientPenalty' must be one of 'generator', 'discriminator', got 'critic'",
    ],
    [
      'a regularizer without interval',
      { regularizers: [{ ...gradientPenalty(), interval: undefined }] },
      "the interval of the regularizer 'gradientPenalty' must be an integer of at least 1, got undefined",
    ],
    [
      'a penalty that constrains',
      { regularizers: [{ ...gradientPenalty(), constrain: () => undefined }] },
      'must have either a function penalty or a function constrain',
    ],
    ['an average that is true', { ema: true }, 'ema must be false or { halfLifeImages, rampUp }, got true'],
    ['an empty range', { sampleRange: [1, -1] }, 'sampleRange[1] must be a finite number of at least 1, got -1'],
    ['half a range', { sampleRange: 3 }, 'sampleRange must be [least, greatest]'],
  ])('%s', (_, overrides, message) => {
    expect(() => planeGan(overrides as never)).toThrow(message);
  });
});

describe('networks that would not do what they say are refused', () => {
  const critic = (network: ModelRecipe) => () => new Trainer(planeGan({ discriminator: discriminator({ network }) }));
  const before = (): number => tf.memory().numTensors;

  it.each<[string, () => unknown, string]>([
    [
      'latents of another size',
      () => new Trainer(planeGan({ generator: generator({ latentDim: 5, network: () => dense({ units: 2 }) }) })),
      "latentDim is 5, but the model takes latents of shape [2]. Set latentDim, or the model's inputShape to [5].",
    ],
    ['three logits', critic(() => dense({ units: 3 })), 'the discriminator gives [batch, 3], but logits are [batch, 1]'],
    [
      'softmax as a layer',
      critic(() => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 }), tf.layers.softmax()] })),
      'the discriminator ends in softmax',
    ],
    [
      'a sigmoid that is reshaped',
      critic(() => tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1, activation: 'sigmoid' }), tf.layers.reshape({ targetShape: [1] })] })),
      'the discriminator ends in sigmoid',
    ],
    ['a kernel regularizer', critic(() => dense({ kernelRegularizer: 'l1l2' })), "has a kernelRegularizer, which only TensorFlow.js's own training applies"],
    ['a kernel constraint', critic(() => dense({ kernelConstraint: 'maxNorm' })), 'has a kernelConstraint'],
  ])('%s', (_, make, message) => {
    const count = before();
    expect(make).toThrow(message);
    expect(tf.memory().numTensors).toBe(count);
  });

  it('one model given twice, here for the network and its average', () => {
    const once = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 2 })] });
    expect(() => new Trainer(planeGan({ generator: generator({ latentDim: 3, network: () => once }) }))).toThrow(
      'network returned a model it had returned before',
    );
  });

  it('a critic without a right second derivative, under a gradient penalty, by layer', () => {
    const network = (): tf.LayersModel =>
      tf.sequential({
        layers: [
          tf.layers.reshape({ inputShape: [2], targetShape: [2, 1, 1, 1] }),
          tf.layers.maxPooling3d({ name: 'pool', poolSize: [2, 1, 1] }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 1 }),
        ],
      });
    const gan = (): Trainer => new Trainer(planeGan({ discriminator: discriminator({ network }), loss: wasserstein(), regularizers: [gradientPenalty()] }));
    expect(gan).toThrow("layer 'pool' (MaxPooling3D)");
  });
});

describe('what a loss returns', () => {
  it('stays its own, be it a constant or the state', async () => {
    const constant = tf.scalar(0.25);
    const loss: Loss<Logits, unknown> = {
      ...nonSaturating(),
      state: { initial: () => ({ k: tf.scalar(2) }), next: (_, state) => state },
      discriminator: (context) => ({ ...nonSaturating().discriminator(context), constant, k: context.state['k'] as tf.Tensor }),
    };
    const trainer = new Trainer(planeGan({ loss }));
    await trainer.fit(data, { steps: 3, batchSize: 4 });
    expect(await trainer.losses()).toMatchObject({ 'discriminator/constant': 0.25, 'discriminator/k': 2 });
    expect(constant.isDisposed).toBe(false);
    trainer.dispose();
    constant.dispose();
  });

  it('is not replaced by a regularizer of the same name', async () => {
    const twin: Regularizer = { name: 'real', config: {}, player: 'discriminator', interval: 1, penalty: () => tf.scalar(0) };
    const trainer = new Trainer(planeGan({ regularizers: [twin] }));
    await expect(trainer.fit(data, { steps: 1, batchSize: 4 })).rejects.toThrow("the regularizer 'real' has the name of a part of the loss 'nonSaturating'");
    trainer.dispose();
  });

  it('is not a number from a penalty', async () => {
    const numeric = { name: 'numeric', config: {}, player: 'discriminator', interval: 1, penalty: () => 3 } as unknown as Regularizer;
    const trainer = new Trainer(planeGan({ regularizers: [numeric] }));
    await expect(trainer.fit(data, { steps: 1, batchSize: 4 })).rejects.toThrow("the penalty of 'numeric' is not a tensor but number");
    trainer.dispose();
  });
});

describe('a conditional GAN', () => {
  const sampleShape = [2];
  const classes = 3;
  /** Dense networks over the input and a one-hot of the label, which has an axis of its own or not. */
  const conditional = (labelShape: number[], inputs: number, units: number, norm: boolean) => (): tf.LayersModel => {
    const [x, label] = [tf.input({ shape: [inputs] }), tf.input({ shape: labelShape, dtype: 'int32' })];
    const embedded = tf.layers.embedding({ inputDim: classes, outputDim: 2 }).apply(label) as tf.SymbolicTensor;
    const flat = labelShape.length > 0 ? (tf.layers.flatten().apply(embedded) as tf.SymbolicTensor) : embedded;
    let y = tf.layers.dense({ units: 6 }).apply(tf.layers.concatenate().apply([x, flat])) as tf.SymbolicTensor;
    if (norm) y = tf.layers.batchNormalization().apply(y) as tf.SymbolicTensor;
    return tf.model({ inputs: [x, label], outputs: tf.layers.dense({ units }).apply(y) as tf.SymbolicTensor });
  };
  const gan = (labelShape: number[]) =>
    defineGan({
      sampleShape,
      generator: generator({ latentDim: 3, network: conditional(labelShape, 3, 2, true) }),
      discriminator: discriminator({ network: conditional(labelShape, 2, 1, false) }),
      loss: wasserstein(),
      regularizers: [gradientPenalty()],
      optimizers: { generator: adam({ learningRate: 1e-2 }) },
    });
  const labelled = {
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for (let i = 0; i < 4; i++) yield { samples: rng(i).normal([6, 2]), labels: tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32') };
    },
  };

  it.each([[[1]], [[]]])('trains, samples by label and is saved, with labels of shape %j', async (labelShape) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(gan(labelShape));
    await trainer.fit(labelled, { steps: 6 });
    const [zeros, ones] = [trainer.sample(2, { labels: [0, 0] }), trainer.sample(2, { labels: [1, 1] })];
    expect(await zeros.data()).not.toEqual(await ones.data());
    const store = memory();
    await trainer.save(store);
    const loaded = await Trainer.load(store, gan(labelShape));
    const again = loaded.sample(2, { labels: [0, 0] });
    expect(await again.data()).toEqual(await zeros.data());
    expect(() => trainer.sample(2)).toThrow('the model has 2 inputs but the batch has no labels');
    expect(() => trainer.sample(2, { labels: [0] })).toThrow('expected 2 labels, one a sample, got 1');
    tf.dispose([zeros, ones, again]);
    for (const each of [trainer, loaded]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the place in the data', () => {
  it('belongs to the dataset it was reached in', async () => {
    const log = history();
    const trainer = new Trainer(planeGan());
    await trainer.fit(data, { steps: 5, batchSize: 4 });
    let drawn = 0;
    const stream = {
      async *[Symbol.asyncIterator]() {
        for (; ; drawn++) yield tf.zeros<tf.Rank.R2>([4, 2]);
      },
    };
    await trainer.fit(stream, { steps: 6, callbacks: [log] });
    expect(drawn).toBe(0);
    trainer.dispose();
  });
});

describe('a run that was damaged', () => {
  it('stays refused, since its weights are not finite either', async () => {
    const trainer = new Trainer(planeGan({ optimizers: { discriminator: adam({ learningRate: 1e39 }) } }));
    await expect(trainer.fit(data, { steps: 3, batchSize: 4 })).rejects.toThrow("'generator/fake' became NaN or infinite at step 1");
    // Told after the first step, however rarely the losses are looked at.
    expect(trainer.step).toBe(1);
    await expect(trainer.fit(data, { steps: 9, batchSize: 4 })).rejects.toThrow('at step 1');
    expect(trainer.step).toBe(1);
    trainer.dispose();
  });
});

describe('a checkpoint of which one bit is flipped', () => {
  it('is refused wherever that is', async () => {
    const trainer = new Trainer(planeGan());
    await trainer.fit(data, { steps: 2, batchSize: 4 });
    const bytes = await bytesOf(trainer);
    trainer.dispose();
    const before = tf.memory().numTensors;
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 300)) {
      for (const bit of [1, 16]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ bit;
        const store = memory();
        await store.commit(new Map([['checkpoint.safetensors', changed]]));
        const error = await Trainer.load(store, planeGan()).then(
          () => undefined,
          (e: unknown) => e as Error,
        );
        expect(error?.name, `bit ${bit} of byte ${at}`).toBe('GanzooError');
      }
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('data without a sampleShape to compare with', () => {
  it('keep to the range that was given', async () => {
    const { generator: g, discriminator: d } = planeGan().networks as unknown as { generator: Generator; discriminator: Discriminator };
    const trainer = new Trainer(defineGan({ generator: g, discriminator: d, loss: nonSaturating(), sampleRange: [0, 1] }));
    await expect(trainer.fit([[0, 2]], { steps: 1 })).rejects.toThrow('samples must lie in [0, 1]');
    trainer.dispose();
  });

  it('are compared with what the critic takes', async () => {
    const gan = defineGan({
      generator: generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [], outputShape: [2] }) }),
      discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [], outputShape: [1] }) }),
      loss: nonSaturating(),
    });
    const trainer = new Trainer(gan);
    await expect(trainer.fit([[1, 2, 3]], { steps: 1 })).rejects.toThrow('gan is made for samples of shape [2]');
    await expect(toDataset([1, 2, 3] as never)).rejects.toThrow("a sample of 'data' is number");
    trainer.dispose();
  });
});
