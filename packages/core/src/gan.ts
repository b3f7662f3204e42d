import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectNumber, GanzooError, showShape } from './errors.ts';
import { adam } from './optimizers.ts';
import type {
  AnyLive,
  Batch,
  BothSides,
  Described,
  Discriminator,
  Ema,
  Gan,
  Generator,
  Json,
  Loss,
  Networks,
  Objective,
  OptimizerRecipe,
  Parts,
  Pass,
  Player,
  Regularizer,
  Rng,
  Shape,
  Side,
  Turn,
} from './types.ts';

const SCOPE = 'core/gan';

export interface EmaOptions {
  /** After this many real samples, half of the average is new. 10,000 unless told. */
  readonly halfLifeImages?: number;
  /** The half-life is at most this share of the real samples seen so far. 0.05 unless told (StyleGAN2-ADA). */
  readonly rampUp?: number;
}

/** A generator, a discriminator, and what they play. */
export interface GanSpec<O, L> {
  readonly name?: string;
  readonly generator: Generator<L>;
  readonly discriminator: Discriminator<O>;
  readonly loss: Loss<NoInfer<O>, NoInfer<L>>;
  readonly regularizers?: readonly Regularizer<NoInfer<O>>[];
  /** Adam at 2e-4 with beta1 0.5 unless told. */
  readonly optimizers?: { readonly generator?: OptimizerRecipe; readonly discriminator?: OptimizerRecipe };
  /** An average of the generator's weights to sample from; `false` for none. */
  readonly ema?: EmaOptions | false;
  /** Discriminator updates for each generator update. 1 unless told. */
  readonly criticSteps?: number;
  /** Checked against the data and both networks before training. */
  readonly sampleShape?: Shape;
  /** Least and greatest value of the data: [-1, 1] for images unless told, anything finite for other shapes. */
  readonly sampleRange?: readonly [number, number];
}

export const ganSpecKeys = [
  'name',
  'generator',
  'discriminator',
  'loss',
  'regularizers',
  'optimizers',
  'ema',
  'criticSteps',
  'sampleShape',
  'sampleRange',
] as const;

/** Makes the two-player game of a generator and a discriminator. */
export function defineGan<O, L>(spec: GanSpec<O, L>): Gan {
  expectKeys(SCOPE, spec, ganSpecKeys);
  const { name = 'gan', generator, discriminator, loss, regularizers = [], optimizers = {}, ema = {}, criticSteps = 1, sampleShape, sampleRange } = spec;
  expectInteger(SCOPE, 'criticSteps', criticSteps, 1);
  expectKeys(SCOPE, optimizers, ['generator', 'discriminator']);
  expectUnique(
    'regularizers',
    regularizers.map((r) => r.name),
  );
  const optimizerOf = { generator: optimizers.generator ?? adam(), discriminator: optimizers.discriminator ?? adam() };

  const networks = { generator, discriminator } as const;
  const average = ema ? emaOf(ema) : undefined;
  const players = [
    player('discriminator', criticSteps, 'new', spec, regularizers, optimizerOf.discriminator),
    player('generator', 1, 'same', spec, regularizers, optimizerOf.generator),
  ];
  const range = sampleRange ?? (sampleShape?.length === 3 ? ([-1, 1] as const) : undefined);
  const game = defineGame<Batch, typeof networks>({
    name,
    config: {
      loss: describe(loss),
      regularizers: regularizers.map(describe),
      criticSteps,
      ema: average ? { halfLifeImages: average.halfLifeImages, rampUp: average.rampUp } : false,
    },
    networks,
    players,
  });
  return {
    ...game,
    sampler: { network: 'generator', draw: generator.drawLatents },
    ...(average && { ema: average }),
    ...(loss.state && { state: loss.state }),
    ...(sampleShape && { expects: { sampleShape, ...(range && { range }) } }),
    check: (live) => checkFit(live, sampleShape),
  };
}

/** Makes a game of any networks and players. Its configuration gathers theirs. */
export function defineGame<B, N extends Networks>(
  game: Described & { readonly networks: N; readonly players: readonly Player<B, N>[] } & Omit<Partial<Gan<B>>, keyof Described | 'networks' | 'players'>,
): Gan<B> {
  expectUnique(
    'players',
    game.players.map((p) => p.name),
  );
  const valid = Object.keys(game.networks);
  for (const { name, moves, updates } of game.players) {
    expectInteger(SCOPE, `updates of player '${name}'`, updates, 1);
    for (const network of moves) {
      if (!valid.includes(network))
        throw new GanzooError(SCOPE, `player '${name}' moves the network '${network}', which is not there. Networks: ${valid.join(', ')}.`);
    }
  }
  const config: Json = {
    ...(game.config as Record<string, Json>),
    networks: Object.fromEntries(Object.entries(game.networks).map(([key, network]) => [key, describe(network)])),
    players: Object.fromEntries(game.players.map((p) => [p.name, { ...(p.config as Record<string, Json>), optimizer: describe(p.optimizer) }])),
  };
  return { ...game, config, players: game.players as readonly Player<B, never>[] };
}

export function describe({ name, config }: Described): Json {
  return { name, config };
}

type TwoNetworks<O, L> = { readonly generator: Generator<L>; readonly discriminator: Discriminator<O> };

/** Either player: the generator's turn is the discriminator's with the other side of the loss. */
function player<O, L>(
  name: 'generator' | 'discriminator',
  updates: number,
  batch: 'new' | 'same',
  { generator, discriminator, loss }: GanSpec<O, L>,
  allRegularizers: readonly Regularizer<O>[],
  optimizer: OptimizerRecipe,
): Player<Batch, TwoNetworks<O, L>> {
  const owns = name === 'discriminator';
  const regularizers = allRegularizers.filter((regularizer) => regularizer.player === name);
  const penalties = regularizers.filter((regularizer) => 'penalty' in regularizer);
  const constraints = regularizers.filter((regularizer) => 'constrain' in regularizer);

  const turn = (context: Turn<Batch, TwoNetworks<O, L>>): (() => Objective) => {
    const { batch: real, rng, update, state, networks } = context;
    const count = real.samples.shape[0] as number;
    const latents = generator.drawLatents(count, rng.fork('latents'), real.labels);
    const generate = (): Batch => {
      const { samples } = networks.generator.apply(latents, pass(!owns, rng.fork('generator')));
      return real.labels ? { samples, labels: real.labels } : { samples };
    };
    const see = (side: Batch, stream: string, updateState = owns): Side<O> => {
      const seen = discriminator.prepare?.(side, rng.fork(`prepare ${stream}`)) ?? side;
      return { ...side, out: networks.discriminator.apply(seen, pass(updateState, rng.fork(`discriminator ${stream}`))) };
    };
    // The critic's update takes no gradient through the generator: its fakes are made before the tape starts.
    const made = owns ? generate() : undefined;
    return () => {
      const due = penalties.filter(({ interval }) => update % interval === 0);
      const fake = see(made ?? generate(), 'fake');
      const context = { fake, latents, state, rng };
      const sees = owns || loss.generatorSeesReal || due.length > 0;
      const both = sees ? { ...context, real: see(real, 'real') } : undefined;
      const losses: Record<string, tf.Scalar> = {
        ...(owns ? loss.discriminator(both as BothSides<O, L>) : loss.generator((both ?? context) as BothSides<O, L>)),
      };
      for (const { name: term, interval, penalty } of due) {
        const score = (samples: tf.Tensor): O => see({ samples }, term, false).out;
        losses[term] = tf.mul(penalty({ ...(both as BothSides<O, L>), score }), interval);
      }
      return owns ? { losses, metrics: accuracy(both as BothSides<O, L>) } : { losses };
    };
  };
  return {
    name,
    config: { updates },
    moves: [name],
    updates,
    batch,
    optimizer,
    turn,
    ...(constraints.length > 0 && { constrain: (variables) => constraints.forEach((c) => c.constrain(variables)) }),
  };
}

function pass(owner: boolean, rng: Rng): Pass {
  return { training: true, updateState: owner, rng };
}

/** The share of samples the discriminator puts on the right side of 0, where it returns logits. */
function accuracy({ real, fake }: { real: Side<unknown>; fake: Side<unknown> }): Parts {
  const [realLogits, fakeLogits] = [real, fake].map((side) => (side.out as { logits?: tf.Tensor }).logits);
  if (!realLogits || !fakeLogits) return {};
  return {
    accuracy: tf.tidy(() => {
      const right = tf.add(tf.mean(tf.cast(tf.greater(realLogits, 0), 'float32')), tf.mean(tf.cast(tf.less(fakeLogits, 0), 'float32')));
      return tf.mul<tf.Scalar>(right, 0.5);
    }),
  };
}

function emaOf(options: EmaOptions): Ema {
  expectKeys('core/ema', options, ['halfLifeImages', 'rampUp']);
  const { halfLifeImages = 10_000, rampUp = 0.05 } = options;
  expectNumber('core/ema', 'halfLifeImages', halfLifeImages, 1);
  expectNumber('core/ema', 'rampUp', rampUp, Number.MIN_VALUE);
  return { networks: ['generator'], halfLifeImages, rampUp };
}

function expectUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new GanzooError(SCOPE, `two ${what} are named '${twice}'. Their names tell them apart in the log: give one another name.`);
}

/** Both networks must agree on what a sample is, and the discriminator must say one thing of each. */
function checkFit(live: Readonly<Record<string, AnyLive>>, sampleShape: Shape | undefined): void {
  const [made, seen] = [live['generator']?.model?.outputs[0]?.shape.slice(1), live['discriminator']?.model?.inputs[0]?.shape.slice(1)];
  const expected = sampleShape ?? seen;
  if (made && expected && !sameShape(made, expected)) {
    throw new GanzooError(
      SCOPE,
      `the generator makes samples of shape ${showShape(made)}, but ${sampleShape ? 'sampleShape is' : 'the discriminator takes'} ${showShape(expected)}. Change the generator's last layer or ${sampleShape ? 'sampleShape' : "the discriminator's input"}.`,
    );
  }
  if (seen && expected && !sameShape(seen, expected)) {
    throw new GanzooError(
      SCOPE,
      `the discriminator takes samples of shape ${showShape(seen)}, but sampleShape is ${showShape(expected)}. Change the discriminator's inputShape or sampleShape.`,
    );
  }
}

function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === null || b[axis] === null || size === b[axis]);
}
