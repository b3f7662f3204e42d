/** The contracts of a game: who plays it, and what a trainer is given. */
import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { Described, Parts, Shape, Rng, Batch, Live, AnyLive, Network, GameState, OptimizerRecipe } from './types.ts';

/** Networks by name. */
// `never` and `unknown` make this the supertype of every table of networks.
export type Networks = Readonly<Record<string, Network<never, unknown>>>;

/** The same networks, built. */
export type LiveNetworks<N> = {
  readonly [K in keyof N]: N[K] extends Network<infer I, infer O> ? Live<I, O> : never;
};

/** What a player gets to make one update of. */
export interface Turn<B, N> {
  /** The batch of this update. It stays the trainer's. */
  readonly batch: B;
  /** Samples in the batch. */
  readonly batchSize: number;
  /** A stream of this player and update. */
  readonly rng: Rng;
  /** This player's updates so far. */
  readonly update: number;
  /** The game's own state, where it keeps one. */
  readonly state: Parts;
  /** All networks of the game, built. */
  readonly networks: LiveNetworks<N>;
}

/** `losses` are summed and differentiated; `metrics` are only reported. */
export interface Objective {
  /** Scalars whose sum the player's weights move down. */
  readonly losses: Parts;
  /** Scalars that reach the log and move nothing. */
  readonly metrics?: Parts;
}

/** Somebody who moves some of the networks towards an objective. */
export interface Player<B, N> extends Described {
  /** The networks whose weights it moves, by name. */
  readonly moves: readonly (keyof N & string)[];
  /** Updates in a row, each round. */
  readonly updates: number;
  /** Whether each update draws a batch of its own, or looks at the last one drawn. */
  readonly batch: 'new' | 'same';
  /** How it moves them. */
  readonly optimizer: OptimizerRecipe;
  /** The call runs off the tape (draw latents, make fakes); the function it returns runs on it. */
  readonly turn: (turn: Turn<B, N>) => () => Objective;
  /** Runs after each update. */
  readonly constrain?: (variables: ReadonlyMap<string, Variable>) => void;
}

/** An exponential moving average of some networks' weights. */
export interface Ema {
  /** Which networks are averaged. */
  readonly networks: readonly string[];
  /** After this many real samples, half of the average is new. */
  readonly halfLifeImages: number;
  /** The half-life is at most this share of the real samples seen so far. */
  readonly rampUp: number;
}

/** How to sample from a game. */
export interface Sampler {
  /** The network samples come from. */
  readonly network: string;
  /** Draws what it takes, for `count` samples; `labels`, int32 `[count]`, for conditional games. */
  readonly draw: (count: number, rng: Rng, labels?: Tensor) => unknown;
}

/** A GAN as data: all the trainer ever sees. */
export interface Gan<B = Batch> extends Described {
  /** The networks, by name. */
  readonly networks: Networks;
  /** Who plays, in the order of their turns within a round. */
  readonly players: readonly Player<B, never>[];
  /** The average to sample from. None unless told. */
  readonly ema?: Ema;
  /** How to sample. Without it `sample` is refused. */
  readonly sampler?: Sampler;
  /** Scalars that survive from round to round. None unless told. */
  readonly state?: GameState;
  /** What its batches must look like. `range` holds the least and greatest value allowed. */
  readonly expects?: {
    /** Of one sample, without the batch. */
    readonly sampleShape: Shape;
    /** Any finite values unless told. */
    readonly range?: readonly [number, number];
  };
  /** Throws, before training, when the built networks do not fit each other. May answer what batches must look like, where `expects` does not say. */
  readonly check?: (networks: Readonly<Record<string, AnyLive>>) => Gan<B>['expects'] | void;
}
