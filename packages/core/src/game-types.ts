/** The contracts of a game: who plays it, and what a trainer is given. */
import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { Described, Parts, Shape, Rng, Batch, Live, AnyLive, Network, GameState, OptimizerRecipe } from './types.ts';

// `never` and `unknown` make this the supertype of every table of networks.
export type Networks = Readonly<Record<string, Network<never, unknown>>>;

export type LiveNetworks<N> = {
  readonly [K in keyof N]: N[K] extends Network<infer I, infer O> ? Live<I, O> : never;
};

/** What a player gets to make one update of. */
export interface Turn<B, N> {
  readonly batch: B;
  readonly batchSize: number;
  readonly rng: Rng;
  /** This player's updates so far. */
  readonly update: number;
  readonly state: Parts;
  readonly networks: LiveNetworks<N>;
}

/** `losses` are summed and differentiated; `metrics` are only reported. */
export interface Objective {
  readonly losses: Parts;
  readonly metrics?: Parts;
}

/** Somebody who moves some of the networks towards an objective. */
export interface Player<B, N> extends Described {
  readonly moves: readonly (keyof N & string)[];
  /** Updates in a row, each round. */
  readonly updates: number;
  /** Whether each update draws a batch of its own, or looks at the last one drawn. */
  readonly batch: 'new' | 'same';
  readonly optimizer: OptimizerRecipe;
  /** The call runs off the tape (draw latents, make fakes); the function it returns runs on it. */
  readonly turn: (turn: Turn<B, N>) => () => Objective;
  /** Runs after each update. */
  readonly constrain?: (variables: ReadonlyMap<string, Variable>) => void;
}

/** An exponential moving average of some networks' weights. */
export interface Ema {
  readonly networks: readonly string[];
  /** After this many real samples, half of the average is new. */
  readonly halfLifeImages: number;
  /** The half-life is at most this share of the real samples seen so far. */
  readonly rampUp: number;
}

/** How to sample from a game. */
export interface Sampler {
  readonly network: string;
  readonly draw: (count: number, rng: Rng, labels?: Tensor) => unknown;
}

/** A GAN as data: all the trainer ever sees. */
export interface Gan<B = Batch> extends Described {
  readonly networks: Networks;
  readonly players: readonly Player<B, never>[];
  readonly ema?: Ema;
  readonly sampler?: Sampler;
  readonly state?: GameState;
  /** What its batches must look like. `range` holds the least and greatest value allowed. */
  readonly expects?: { readonly sampleShape: Shape; readonly range?: readonly [number, number] };
  /** Throws, before training, when the built networks do not fit each other. May answer what batches must look like, where `expects` does not say. */
  readonly check?: (networks: Readonly<Record<string, AnyLive>>) => Gan<B>['expects'] | void;
}
