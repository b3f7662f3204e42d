/** The contracts of a run: what goes into a training and who watches it. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Batch, Described, Json, Rng, Shape } from './types.ts';

/** A batch, and where in the data it ends: a cursor given back to `batches` goes on from there. */
export interface Drawn<B = Batch> {
  /** Belongs to whoever draws it. */
  readonly batch: B;
  /** Where the data go on after it. */
  readonly cursor: Json;
}

/** Which batches a dataset shall give. */
export interface BatchRequest {
  /** Samples in each batch. */
  readonly size: number;
  /** Where the order is drawn from: the same stream gives the same batches. */
  readonly rng: Rng;
  /** Goes on from there, and from the beginning without it. */
  readonly cursor?: Json;
}

/** An endless source of batches. */
export interface Dataset<B = Batch> {
  /** Tells these data from others, in logs, checkpoints and caches. */
  readonly name: string;
  /** Samples in one pass over the data, where known. */
  readonly size?: number;
  /** Of one sample, without the batch, where known. */
  readonly sampleShape?: Shape;
  /** Least and greatest value, where known beforehand: what is known need not be looked for. */
  readonly range?: readonly [number, number];
  /** Batches without an end, or until the data have one. */
  readonly batches: (request: BatchRequest) => AsyncIterable<Drawn<B>>;
}

/** Named files. A commit writes each of them whole or not at all. */
export interface Store {
  /** What errors call it, such as its path. */
  readonly describe: string;
  /** The bytes of a file; undefined where there is none. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>;
  /** Writes files by name, in place of those of the same names. */
  readonly commit: (files: ReadonlyMap<string, Uint8Array>) => Promise<void>;
}

/** Which samples `Trainer.sample` makes. */
export interface SampleOptions {
  /** Which latents: the same seed gives the same ones at every step. 0 unless told. */
  readonly seed?: number;
  /** One class a sample, for conditional GANs. */
  readonly labels?: readonly number[];
}

/** A run as callbacks see it: to be looked at, not changed. */
export interface Run {
  /** Name and configuration of the GAN. */
  readonly gan: Described;
  /** The trainer's seed. */
  readonly seed: number;
  /** TensorFlow.js's name of the active backend. */
  readonly backend: string;
  /** Rounds of all players since the beginning of the run, and the number it is to reach. */
  readonly step: number;
  /** The step the call of `fit` is to reach. */
  readonly steps: number;
  /** Samples in a batch. */
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
  /** As `Trainer.save`. */
  readonly save: (store: Store) => Promise<void>;
  /** Hands numbers to every callback's `onRecord`, for logs and pictures to show: `{ distance: 3.2 }`. */
  readonly record: (values: Readonly<Record<string, number>>) => Promise<void>;
  /** The signal that `fit` was given: who works for long looks at it. */
  readonly signal: AbortSignal | undefined;
}

type Answer = void | 'stop' | Promise<void | 'stop'>;

/** Watches a run. Each of its functions is optional, and awaited before the training goes on. */
export interface Callback {
  /** What errors call it. */
  readonly name: string;
  /** Before the first round of a call of `fit`. */
  readonly onStart?: (run: Run) => void | Promise<void>;
  /** After every round; `'stop'` ends the training after it. */
  readonly onStep?: (run: Run) => Answer;
  /** When another callback has measured something. A value may be NaN. */
  readonly onRecord?: (run: Run, values: Readonly<Record<string, number>>) => void | Promise<void>;
  /** Also after an abort, a stop or an error, which is then `failure`. */
  readonly onEnd?: (run: Run, failure?: unknown) => void | Promise<void>;
}
