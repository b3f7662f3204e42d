import {
  defineVariant,
  discriminator,
  generator,
  GanzooError,
  modelRecipe,
  nonSaturating,
  sgd,
  type Batch,
  type Discriminator,
  type Gan,
  type Generator,
  type Latents,
  type Live,
  type Logits,
  type Loss,
  type Parts,
  type Player,
  type Shape,
  type Turn,
  type VariantOptions,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { variantSuite } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectFailures } from './testing-support.ts';

const backends = ['cpu'];
type Networks = { readonly generator: Generator; readonly discriminator: Discriminator };
type Options = VariantOptions<Logits>;

const sound = defineVariant<object, Logits>({
  name: 'sound',
  defaults: { latentDim: 3 },
  build: ({ sampleShape, latentDim }) => ({
    generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden: [6], outputShape: sampleShape, norm: 'batch' }) }),
    discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: [6], outputShape: [1], norm: 'batch' }) }),
    loss: nonSaturating(),
  }),
});

/** The sound variant with its GAN changed. */
const changed =
  (change: (gan: Gan) => Gan) =>
  (options: Options): Gan =>
    change(sound(options));

/** With something more done on the tape of the generator's turn. */
const inGeneratorsTurn = (deed: (turn: Turn<Batch, Networks>) => void): ((options: Options) => Gan) =>
  changed((gan) => ({
    ...gan,
    players: gan.players.map((player): Player<Batch, never> => ({
      ...player,
      turn: (turn) => {
        const run = player.turn(turn);
        return () => {
          const objective = run();
          if (player.name === 'generator') deed(turn as unknown as Turn<Batch, Networks>);
          return objective;
        };
      },
    })),
  }));

/** With another loss of the generator. */
const withLoss =
  (more: (parts: Parts) => Parts) =>
  (options: Options): Gan =>
    sound({ ...options, loss: { ...nonSaturating(), generator: (context) => more(nonSaturating().generator(context as never)) } });

/** With a generator whose network is changed once it is built. */
const withGenerator = (change: (live: Live<Latents, { samples: tf.Tensor }>) => Live<Latents, { samples: tf.Tensor }>): ((options: Options) => Gan) =>
  changed((gan) => {
    const own = (gan.networks as unknown as Networks).generator;
    return { ...gan, networks: { ...gan.networks, generator: { ...own, build: (init) => change(own.build(init) as Live<Latents, { samples: tf.Tensor }>) } } };
  });

/** With a generator of one dense layer. */
const withKernel =
  (initializer: () => ReturnType<typeof tf.initializers.constant>) =>
  ({ latentDim = 3, ...options }: Options): Gan => {
    const layer = (): tf.layers.Layer => tf.layers.dense({ inputShape: [latentDim], units: 2, kernelInitializer: initializer() });
    return sound({ ...options, generator: generator({ latentDim, network: modelRecipe('own', {}, () => tf.sequential({ layers: [layer()] })) }) });
  };

const samples = 'samples have the shape, type and range of the data';
const smallest = 'it trains on the smallest batch';
const losses = 'losses of each player are reported and finite';
const apart = 'an update moves the networks of its player and nothing else';
const leaks = 'no tensor is left behind';
const seeds = 'one seed gives the same weights, another others';
const loads = 'what is loaded gives the samples of what was saved';
const resumes = '2 + 2 steps through a file are 4 steps';
const unknown = 'an unknown option is refused by its name';
const json = 'its configuration is plain JSON and tells one latentDim from another';

let built = 0;
let kept = 0;

const broken: readonly [string, (options: Options) => Gan, Readonly<Record<string, string>>, Shape?][] = [
  [
    "moves the discriminator's moments in the generator's turn",
    inGeneratorsTurn(({ batch, networks, rng }) => void networks.discriminator.apply(batch, { training: true, updateState: true, rng })),
    { [apart]: "[ganzoo/core/testing] expected an update of the player 'generator' of sound to move only generator, got" },
  ],
  [
    "moves the discriminator's weights in the generator's turn",
    inGeneratorsTurn(({ networks }) => [...networks.discriminator.trainable.values()].forEach((variable) => variable.assign(tf.mul(variable, 1.01)))),
    { [apart]: "of 'network/discriminator/1/kernel'. Apply the networks of others with updateState: false" },
  ],
  [
    'moves nobody',
    (options) => sound({ ...options, optimizers: { generator: sgd({ learningRate: 0 }) } }),
    { [apart]: "expected an update of the player 'generator' to move 'generator', got the same weights" },
  ],
  [
    'keeps a tensor each round',
    inGeneratorsTurn(() => void tf.keep(tf.scalar(1))),
    { [leaks]: 'expected each round to hold as many tensors as the first, got' },
  ],
  [
    'keeps a tensor for good',
    changed((gan) => ({ ...gan, check: () => void tf.keep(tf.scalar(1)) })),
    { [leaks]: 'expected dispose() to give back every tensor, got 1 more than before' },
  ],
  [
    'ignores what it does not know',
    ({ sampleShape, latentDim }) => sound({ sampleShape, ...(latentDim !== undefined && { latentDim }) }),
    { [unknown]: "expected a GanzooError that names 'unknownToAll' and lists the options there are, got a GAN" },
  ],
  [
    'does not say what it does not know',
    (options) => {
      if ('unknownToAll' in options) throw new GanzooError('own', 'bad options');
      return sound(options);
    },
    { [unknown]: 'got GanzooError: [ganzoo/own] bad options' },
  ],
  ['makes images out of range', sound, { [samples]: 'expected samples to be in [-1, 1], got' }, [4, 4, 1]],
  [
    'makes samples of another type',
    withGenerator((live) => ({
      ...live,
      apply: (latents, pass) => {
        const { samples } = live.apply(latents, pass);
        return { samples: pass.training ? samples : tf.cast(samples, 'int32') };
      },
    })),
    { [samples]: 'expected samples to be a tensor of float32 values and shape [5, 2], got int32' },
  ],
  [
    'divides by the batch less one',
    (options) => {
      const own: Loss<Logits, unknown> = {
        ...nonSaturating(),
        generator: ({ fake }) => {
          const logits = fake.out.logits;
          return { fake: tf.neg(tf.div(tf.sum(logits), (logits.shape[0] as number) - 1)) };
        },
      };
      return sound({ ...options, loss: own });
    },
    { [smallest]: "'generator/fake' became NaN or infinite at step 1" },
  ],
  [
    'reports what is not finite',
    changed((gan) => ({
      ...gan,
      players: gan.players.map((player) => ({
        ...player,
        turn: (turn) => ((run) => () => ({ ...run(), metrics: { quality: tf.scalar(Number.NaN) } }))(player.turn(turn)),
      })),
    })),
    { [losses]: "expected 'discriminator/quality' to be finite after a step, got NaN" },
  ],
  ['begins otherwise each time', withKernel(() => tf.initializers.constant({ value: 1 + built++ })), { [seeds]: "at value 0 of 'network/generator/0/kernel'" }],
  [
    'begins alike from every seed',
    withKernel(() => tf.initializers.glorotNormal({ seed: 1 })),
    { [seeds]: "expected other weights of 'generator' from another seed, got the same" },
  ],
  [
    'keeps something in mind from step to step',
    withLoss((parts) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, tf.mul(part, 1 + kept++ / 10)]))),
    { [resumes]: 'expected the same checkpoint after a resume, got' },
  ],
  [
    'keeps something beside its weights',
    withGenerator((live) => {
      let passes = 0;
      return {
        ...live,
        apply: (latents, pass) => {
          if (pass.updateState) passes++;
          const { samples } = live.apply(latents, pass);
          return { samples: pass.training ? samples : tf.add(samples, passes) };
        },
      };
    }),
    { [loads]: 'expected the same samples after a load, got' },
  ],
  [
    'has a function in its configuration',
    changed((gan) => ({ ...gan, config: { at: (() => 0) as never } })),
    { [json]: 'the configuration of the GAN to be plain JSON, got [object Function] at config.at' },
  ],
  [
    'does not tell its latents',
    changed((gan) => ({ ...gan, config: {} })),
    { [json]: 'expected another configuration for latentDim 65 than for 64, got the same' },
  ],
];

describe('the suite of variants catches one that', () => {
  it.each(broken)('%s', (_, make, expected, sampleShape = [2]) => expectFailures(variantSuite({ make, options: { sampleShape }, backends }), expected));
});

describe('the suite of variants accepts', () => {
  const halves: Loss<Logits, unknown> = {
    ...nonSaturating(),
    state: { initial: () => ({ k: tf.scalar(1) }), next: (_, { k }) => ({ k: tf.mul(k as tf.Tensor, 0.5) }) },
    generator: ({ fake, state }) => ({ fake: tf.mul(tf.neg(tf.mean(fake.out.logits)), state['k'] as tf.Tensor) }),
  };
  const critic = (inputs: number): Discriminator<Logits> =>
    discriminator({ packing: 2, network: mlp({ inputShape: [inputs], hidden: [6], outputShape: [1] }) });

  it.each<[string, Partial<Options>]>([
    ['a sound one', {}],
    ['one whose loss keeps a state', { loss: halves }],
    ['one whose discriminator packs samples', { discriminator: critic(4) }],
    ['one without an average', { ema: false }],
    ['one of another range', { sampleRange: [0, 255] }],
  ])('%s', (_, options) => expectFailures(variantSuite({ make: sound, options: { sampleShape: [2], ...options }, backends }), {}));

  it('one that takes no smaller batches than it says', async () => {
    const [, make] = broken.find(([name]) => name === 'divides by the batch less one') as (typeof broken)[number];
    await expectFailures(variantSuite({ make, options: { sampleShape: [2] }, batchSize: 2, backends }), {});
  });
});

it('the suite of variants takes only options of the variant', () => {
  // @ts-expect-error latentDim is a number
  expect(variantSuite({ make: sound, options: { sampleShape: [2], latentDim: '3' }, backends })).toHaveLength(10);
  expect(() => variantSuite({ make: sound, options: { sampleShape: [2] }, batchsize: 2 } as never)).toThrow(
    "unknown option 'batchsize'. Valid options: backends",
  );
});
