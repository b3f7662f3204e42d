/** The contracts of a run: what goes into a training and who watches it. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Batch, Described, Json, Rng, Shape } from './types.ts';

/** A batch, and where in the data it ends: a cursor given back to `batches` goes on from there. */
export interface Drawn<B = Batch> {
  /** Belongs to whoever draws it. */
  readonly batch: B;
  readonly cursor: Json;
}

export interface BatchRequest {
  readonly size: number;
  readonly rng: Rng;
  readonly cursor?: Json;
}

/** An endless source of batches. */
export interface Dataset<B = Batch> {
  readonly name: string;
  /** Samples in one pass over the data, where known. */
  readonly size?: number;
  readonly sampleShape?: Shape;
  /** Least and greatest value, where known beforehand: what is known need not be looked for. */
  readonly range?: readonly [number, number];
  readonly batches: (request: BatchRequest) => AsyncIterable<Drawn<B>>;
}

/** Named files. A commit writes each of them whole or not at all. */
export interface Store {
  readonly describe: string;
  readonly read: (name: string) => Promise<Uint8Array | undefined>;
  readonly commit: (files: ReadonlyMap<string, Uint8Array>) => Promise<void>;
}

export interface SampleOptions {
  /** Which latents: the same seed gives the same ones at every step. 0 unless told. */
  readonly seed?: number;
  /** One class a sample, for conditional GANs. */
  readonly labels?: readonly number[];
}

/** A run as callbacks see it: to be looked at, not changed. */
export interface Run {
  readonly gan: Described;
  readonly seed: number;
  readonly backend: string;
  /** Rounds of all players since the beginning of the run, and the number it is to reach. */
  readonly step: number;
  readonly steps: number;
  readonly batchSize: number;
  /** Real samples drawn since the beginning of the run. */
  readonly realSamples: number;
  /** Of this call of `fit`, callbacks included. */
  readonly seconds: number;
  /** Of those, seconds spent waiting for batches. */
  readonly waited: number;
  /** The last values, keyed `player/part`. Reading them waits for the device. */
  readonly losses: () => Promise<Readonly<Record<string, number>>>;
  /** The caller disposes what it gets. */
  readonly sample: (count: number, options?: SampleOptions) => Tensor;
  readonly save: (store: Store) => Promise<void>;
  /** Hands numbers to every callback's `onRecord`, for logs and pictures to show: `{ distance: 3.2 }`. */
  readonly record: (values: Readonly<Record<string, number>>) => Promise<void>;
  /** The signal that `fit` was given: who works for long looks at it. */
  readonly signal: AbortSignal | undefined;
}

type Answer = void | 'stop' | Promise<void | 'stop'>;

export interface Callback {
  readonly name: string;
  readonly onStart?: (run: Run) => void | Promise<void>;
  /** After every round; `'stop'` ends the training after it. */
  readonly onStep?: (run: Run) => Answer;
  /** When another callback has measured something. A value may be NaN. */
  readonly onRecord?: (run: Run, values: Readonly<Record<string, number>>) => void | Promise<void>;
  /** Also after an abort, a stop or an error, which is then `failure`. */
  readonly onEnd?: (run: Run, failure?: unknown) => void | Promise<void>;
}
