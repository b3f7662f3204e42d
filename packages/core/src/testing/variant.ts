import * as tf from '@tensorflow/tfjs';
import { assemble, disposeAssembly, runVariables, type Assembly } from '../assemble.ts';
import { readCheckpoint } from '../checkpoint.ts';
import { expectInteger, expectKeys, GanzooError } from '../errors.ts';
import { rng } from '../random.ts';
import { Readings } from '../readings.ts';
import { memory } from '../stores.ts';
import { Trainer } from '../trainer.ts';
import type { Gan } from '../game-types.ts';
import type { Batch, Discriminator, Shape } from '../types.ts';
import { failure, onEachBackend, SCOPE, type Check, type SuiteOptions } from './check.ts';
import { randomData } from './data.ts';
import { allValues, difference, expectDescribed, expectForm, expectValues, firstDifference, valuesOf } from './expect.ts';

/** What the suite reads of a variant's options. */
export interface AnyVariantOptions {
  /** Of one sample, without the batch. */
  readonly sampleShape: Shape;
  /** Least and greatest value of samples. [-1, 1] unless told. */
  readonly sampleRange?: readonly [number, number];
  /** A generator in place of the variant's own. */
  readonly generator?: unknown;
}

/** The variant that {@link variantSuite} checks. */
export interface VariantSuiteOptions<T extends AnyVariantOptions> extends SuiteOptions {
  /** The variant: a function from options to a GAN, such as `lsgan`. */
  readonly make: (options: NoInfer<T>) => Gan;
  /** A sample shape it takes, and whatever keeps it small. One suite for each shape that matters. */
  readonly options: T;
  /** Samples in the smallest batch it takes: 1, or as many as its discriminator packs, unless told. */
  readonly batchSize?: number;
}

/** What a variant must do: train, keep its players apart, lose no tensor, repeat itself and refuse what it does not know. */
export function variantSuite<const T extends AnyVariantOptions>(given: VariantSuiteOptions<T>): readonly Check[] {
  expectKeys(SCOPE, given, ['make', 'options', 'batchSize', 'backends']);
  const { make, options, batchSize } = given;
  const { sampleShape } = options;
  if (batchSize !== undefined) expectInteger(SCOPE, 'batchSize', batchSize, 1);
  const range = options.sampleRange ?? ([-1, 1] as const);
  const data = randomData(12, sampleShape, range);
  const made = (more: object = {}): Gan => make({ ...options, ...more });
  const least = (gan: Gan): number => batchSize ?? Math.max(...Object.values(gan.networks).map((network) => (network as Partial<Discriminator>).packing ?? 1));
  const train = async (trainer: Trainer, steps: number, size = 2 * least(trainer.gan)): Promise<void> =>
    void (await trainer.fit(data, { steps, batchSize: size }));

  return onEachBackend(given, {
    'samples have the shape, type and range of the data': () =>
      withTrainer(made(), async (trainer) => {
        await train(trainer, 1);
        await sampled(trainer, 5, async (samples) => {
          expectForm('samples', samples, { shape: [5, ...sampleShape] });
          // Points may lie anywhere.
          await expectValues('samples', samples, sampleShape.length === 3 ? range : undefined);
        });
      }),

    'it trains on the smallest batch': () =>
      withTrainer(made(), async (trainer) => {
        await train(trainer, 2, least(trainer.gan));
        await sampled(trainer, 1, (samples) => expectValues('samples after a training on the smallest batch', samples));
      }),

    'losses of each player are reported and finite': () =>
      withTrainer(made(), async (trainer) => {
        await train(trainer, 1);
        const losses = Object.entries(await trainer.losses());
        const bad = losses.find(([, value]) => !Number.isFinite(value));
        if (bad) throw failure(`'${bad[0]}' to be finite after a step`, String(bad[1]), 'Look for a logarithm or a division by 0 in that part.');
        for (const { name } of trainer.gan.players) {
          if (losses.some(([key]) => key.startsWith(`${name}/`))) continue;
          throw failure(`losses of the player '${name}'`, losses.map(([key]) => key).join(', '), 'Return each part of its loss by a name.');
        }
      }),

    'an update moves the networks of its player and nothing else': async () => {
      const gan = made();
      const count = 2 * least(gan);
      const built = assemble(gan, rng(1));
      const samples = rng(2).uniform([count, ...sampleShape], ...range);
      try {
        await expectPlayersApart(gan, built, { samples }, count);
      } finally {
        samples.dispose();
        disposeAssembly(built);
      }
    },

    'no tensor is left behind': async () => {
      const before = tf.memory().numTensors;
      const counts: number[] = [];
      await withTrainer(made(), async (trainer) => {
        const count = { name: 'count', onStep: () => void counts.push(tf.memory().numTensors - before) };
        await trainer.fit(data, { steps: 3, batchSize: 2 * least(trainer.gan), callbacks: [count] });
        trainer.sample(2).dispose();
        await trainer.save(memory());
      });
      const cure = 'Dispose what was kept: look for tf.keep, and for tensors made outside of a tidy.';
      if (new Set(counts).size > 1) throw failure('each round to hold as many tensors as the first', counts.join(', '), cure);
      const left = tf.memory().numTensors - before;
      if (left !== 0) throw failure('dispose() to give back every tensor', `${left} more than before`, cure);
    },

    'one seed gives the same weights, another others': async () => {
      const weights = async (seed: number): Promise<Awaited<ReturnType<typeof allValues>>> => {
        const built = assemble(made(), rng(seed));
        try {
          return await allValues(runVariables(built));
        } finally {
          disposeAssembly(built);
        }
      };
      const [first, again, other] = [await weights(1), await weights(1), await weights(2)];
      const cure = 'Take all randomness from the rng that build is given.';
      const found = firstDifference(first, again);
      if (found) throw failure('the same weights from the same seed', found, cure);
      for (const network of Object.keys(made().networks)) {
        const own = new Map([...first].filter(([name]) => name.startsWith(`network/${network}/`)));
        if (!firstDifference(own, other)) throw failure(`other weights of '${network}' from another seed`, 'the same', cure);
      }
    },

    'what is loaded gives the samples of what was saved': () =>
      withTrainer(made(), async (trainer) => {
        await train(trainer, 1);
        const store = memory();
        await trainer.save(store);
        const loaded = await Trainer.load(store, made());
        try {
          const found = difference(await sampled(trainer, 4, valuesOf), await sampled(loaded, 4, valuesOf));
          if (found) throw failure('the same samples after a load', found, 'Keep all state in weights of the networks or in the state of the loss.');
        } finally {
          loaded.dispose();
        }
      }),

    '2 + 2 steps through a file are 4 steps': async () => {
      const [whole, halves] = [memory(), memory()];
      await withTrainer(made(), async (trainer) => {
        await train(trainer, 2);
        await trainer.save(halves);
        await train(trainer, 4);
        await trainer.save(whole);
      });
      const resumed = await Trainer.load(halves, made());
      try {
        await train(resumed, 4);
        await resumed.save(halves);
      } finally {
        resumed.dispose();
      }
      const [expected, got] = [await readCheckpoint(whole), await readCheckpoint(halves)];
      const values = ({ tensors }: typeof got): Map<string, Float32Array> => new Map([...tensors].map(([name, tensor]) => [name, tensor.values]));
      const found = firstDifference(values(expected), values(got));
      const cure = 'Let nothing be counted or kept outside of the networks, the optimizers and the state of the loss; go by the update of the turn.';
      if (found) throw failure('the same checkpoint after a resume', found, cure);
    },

    'an unknown option is refused by its name': async () => {
      const key = 'unknownToAll';
      const error: unknown = await Promise.resolve()
        .then(() => void made({ [key]: 1 }))
        .catch((caught: unknown) => caught);
      const says = error instanceof GanzooError && [key, 'sampleShape'].every((part) => error.message.includes(part));
      if (!says) {
        const got = error === undefined ? 'a GAN' : String(error);
        throw failure(`a GanzooError that names '${key}' and lists the options there are`, got, 'Make the variant by defineVariant, or call expectKeys.');
      }
    },

    'its configuration is plain JSON and tells one latentDim from another': async () => {
      expectDescribed('the GAN', made());
      if (options.generator !== undefined) return;
      const [one, two] = [64, 65].map((latentDim) => JSON.stringify(made({ latentDim }).config));
      if (one === two)
        throw failure('another configuration for latentDim 65 than for 64', 'the same', 'Give each recipe its settings: modelRecipe(name, settings, build).');
    },
  });
}

async function withTrainer(gan: Gan, work: (trainer: Trainer) => Promise<void>): Promise<void> {
  const trainer = new Trainer(gan, { seed: 1 });
  try {
    await work(trainer);
  } finally {
    trainer.dispose();
  }
}

async function sampled<R>(trainer: Trainer, count: number, look: (samples: tf.Tensor) => Promise<R>): Promise<R> {
  const samples = trainer.sample(count);
  try {
    return await look(samples);
  } finally {
    samples.dispose();
  }
}

/** Makes one update of each player, and looks at every variable of the run before and after. */
async function expectPlayersApart(gan: Gan, built: Assembly<Batch>, batch: Batch, batchSize: number): Promise<void> {
  const readings = new Readings();
  try {
    for (const seat of built.seats) {
      const { name, moves } = seat.player;
      const before = await allValues(runVariables(built));
      seat.update({ batch, batchSize, rng: rng(3).fork(name), state: built.state, networks: built.networks as never }, readings, 1);
      const after = await allValues(runVariables(built));
      const own = [...moves.map((network) => `network/${network}/`), `optimizer/${name}/`];
      const others = new Map([...before].filter(([key]) => !own.some((prefix) => key.startsWith(prefix))));
      const moved = firstDifference(others, after);
      if (moved) {
        const cure = 'Apply the networks of others with updateState: false, and list in moves what the player moves.';
        throw failure(`an update of the player '${name}' of ${gan.name} to move only ${moves.join(' and ')}`, moved, cure);
      }
      for (const network of moves) {
        const keys = [...(built.networks[network]?.trainable.keys() ?? [])].map((key) => `network/${network}/${key}`);
        if (keys.some((key) => difference(before.get(key) ?? [], after.get(key) ?? []))) continue;
        throw failure(`an update of the player '${name}' to move '${network}'`, 'the same weights', 'Look for a loss without a gradient by that network.');
      }
    }
  } finally {
    readings.dispose();
  }
}
