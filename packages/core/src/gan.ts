import { expectInteger, expectKeys, expectNumber, GanzooError } from './errors.ts';
import { adam } from './optimizers.ts';
import { checkFit, expectPlugs } from './gan-checks.ts';
import { adversary } from './players.ts';
import type { Ema, Gan, Networks, Player } from './game-types.ts';
import type { Batch, Described, Discriminator, Generator, Json, Loss, OptimizerRecipe, Regularizer, Shape } from './types.ts';

const SCOPE = 'core/gan';

/** How fast the average of the generator's weights follows them. */
export interface EmaOptions {
  /** After this many real samples, half of the average is new. 10,000 unless told. */
  readonly halfLifeImages?: number;
  /** The half-life is at most this share of the real samples seen so far. 0.05 unless told (StyleGAN2-ADA). */
  readonly rampUp?: number;
}

/** A generator, a discriminator, and what they play. */
export interface GanSpec<O, L> {
  /** For logs and checkpoints. `'gan'` unless told. */
  readonly name?: string;
  /** Makes samples of latents. */
  readonly generator: Generator<L>;
  /** Judges samples: logits, not probabilities. */
  readonly discriminator: Discriminator<O>;
  /** What both play for. It must suit what the discriminator returns. */
  readonly loss: Loss<NoInfer<O>, NoInfer<L>>;
  /** Terms and constraints besides the loss, each name once. None unless told. */
  readonly regularizers?: readonly Regularizer<NoInfer<O>>[];
  /** Adam at 2e-4 with beta1 0.5 unless told. */
  readonly optimizers?: {
    /** Of the generator's weights. */
    readonly generator?: OptimizerRecipe;
    /** Of the discriminator's weights. */
    readonly discriminator?: OptimizerRecipe;
  };
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
  expectPlugs(spec);
  const { name = 'gan', generator, discriminator, loss, regularizers = [], optimizers = {}, ema = {}, criticSteps = 1 } = spec;
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
    adversary('discriminator', criticSteps, 'new', spec, regularizers, optimizerOf.discriminator),
    adversary('generator', 1, 'same', spec, regularizers, optimizerOf.generator),
  ];
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
    check: (live) => checkFit(live, spec),
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
