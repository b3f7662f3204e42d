import * as tf from '@tensorflow/tfjs';
import { checkBatch, checkDataset, disposeBatch } from './data.ts';
import { expectInteger, expectKeys, GanzooError } from './errors.ts';
import { describe } from './gan.ts';
import type { Callback, Dataset, Run, SampleOptions, Store } from './run-types.ts';
import type { Batch, Gan, Json, Rng } from './types.ts';

const SCOPE = 'core/trainer';

export interface FitOptions {
  /** Rounds of all players since the beginning of the run: a run loaded at step 500 with `steps: 2000` makes 1,500. */
  readonly steps: number;
  /** 64 unless told. A stream yields batches of its own size. */
  readonly batchSize?: number;
  readonly callbacks?: readonly Callback[];
  /** Stops the training after the round under way. */
  readonly signal?: AbortSignal;
  /** Steps between looks at whether the losses are finite; the first bad step is named all the same. 50 unless told. */
  readonly checkEvery?: number;
}

export interface FitResult {
  /** `done`: `steps` were reached; `stopped`: a callback asked for it; `aborted`: the signal did; `exhausted`: the data ended. */
  readonly reason: 'done' | 'stopped' | 'aborted' | 'exhausted';
  readonly step: number;
  readonly seconds: number;
}

/** What the loop asks of the trainer. */
export interface Session<B> {
  readonly gan: Gan<B>;
  readonly seed: number;
  readonly rng: Rng;
  readonly progress: () => { readonly step: number; readonly realSamples: number };
  readonly cursor: () => Json;
  readonly drew: (count: number, cursor: Json) => void;
  /** Plays one round; false when the data ended in it. */
  readonly round: (draw: Draw<B>) => Promise<boolean>;
  readonly losses: () => Promise<Readonly<Record<string, number>>>;
  readonly assertFinite: () => Promise<void>;
  readonly sample: (count: number, options?: SampleOptions) => tf.Tensor;
  readonly save: (store: Store) => Promise<void>;
}

type Draw<B> = (fresh: boolean) => Promise<{ readonly batch: B; readonly size: number } | undefined>;

/** Draws, plays rounds, calls back, and gives the event loop a turn between rounds. */
export async function runLoop<B>(session: Session<B>, dataset: Dataset<B>, options: FitOptions): Promise<FitResult> {
  expectKeys(SCOPE, options, ['steps', 'batchSize', 'callbacks', 'signal', 'checkEvery']);
  const { steps, batchSize = 64, callbacks = [], signal, checkEvery = 50 } = options;
  expectInteger(SCOPE, 'steps', steps, 1);
  expectInteger(SCOPE, 'batchSize', batchSize, 1);
  expectInteger(SCOPE, 'checkEvery', checkEvery, 1);
  // Games of other batches than samples and labels answer for them in their own check.
  checkDataset(dataset as unknown as Dataset, session.gan as Gan);

  const batches = new Batches(session, dataset, batchSize);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const run = runView(session, { steps, batchSize, seconds });
  let reason: FitResult['reason'] = 'done';
  const failures: unknown[] = [];
  try {
    for (const callback of callbacks) await callback.onStart?.(run);
    while (run.step < steps) {
      if (signal?.aborted) {
        reason = 'aborted';
        break;
      }
      if (!(await session.round(batches.draw))) {
        reason = 'exhausted';
        break;
      }
      if (run.step % checkEvery === 0 || run.step === steps) await session.assertFinite();
      let stop = false;
      for (const callback of callbacks) stop = (await callback.onStep?.(run)) === 'stop' || stop;
      if (stop && run.step < steps) {
        reason = 'stopped';
        break;
      }
      await nextTask();
    }
    await session.assertFinite();
  } catch (error) {
    failures.push(error);
  }
  // Every callback gets its end, whatever became of the others: a progress bar left running keeps the process alive.
  for (const end of [() => batches.close(), ...callbacks.map((callback) => () => callback.onEnd?.(run, failures[0]))]) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { reason, step: run.step, seconds: seconds() };
}

/** The batch in play. It lives until the next is drawn, since a player may look at the same one again. */
class Batches<B> {
  readonly #session: Session<B>;
  readonly #dataset: Dataset<B>;
  readonly #iterator: AsyncIterator<{ batch: B; cursor: Json }>;
  #current: { batch: B; size: number } | undefined;

  constructor(session: Session<B>, dataset: Dataset<B>, size: number) {
    this.#session = session;
    this.#dataset = dataset;
    const cursor = session.cursor();
    this.#iterator = dataset.batches({ size, rng: session.rng, ...(cursor !== null && { cursor }) })[Symbol.asyncIterator]();
  }

  readonly draw: Draw<B> = async (fresh) => {
    if (this.#current && !fresh) return this.#current;
    const { value, done } = await this.#iterator.next();
    this.#drop();
    if (done) return undefined;
    const { batch, cursor } = value as { batch: B; cursor: Json };
    const size = sizeOf(batch);
    this.#current = { batch, size };
    await checkBatch(batch as unknown as Batch, this.#dataset as unknown as Dataset, this.#session.gan as Gan);
    this.#session.drew(size, cursor);
    return this.#current;
  };

  async close(): Promise<void> {
    this.#drop();
    await this.#iterator.return?.();
  }

  #drop(): void {
    if (this.#current) disposeBatch(this.#current.batch);
    this.#current = undefined;
  }
}

/** The leading dimension of the first tensor in a batch of any shape. */
function sizeOf(batch: unknown): number {
  const found = batch instanceof tf.Tensor ? batch : Object.values((batch ?? {}) as object).find((value) => value instanceof tf.Tensor);
  if (!found) throw new GanzooError(SCOPE, 'a batch must hold tensors, such as { samples }. Yield those from the dataset.');
  return (found as tf.Tensor).shape[0] ?? 1;
}

function runView<B>(session: Session<B>, { steps, batchSize, seconds }: { steps: number; batchSize: number; seconds: () => number }): Run {
  return {
    gan: describe(session.gan) as unknown as Run['gan'],
    seed: session.seed,
    backend: tf.getBackend(),
    get step() {
      return session.progress().step;
    },
    steps,
    batchSize,
    get realSamples() {
      return session.progress().realSamples;
    },
    get seconds() {
      return seconds();
    },
    losses: session.losses,
    sample: session.sample,
    save: session.save,
  };
}

/** Lets timers, signals and messages be served; a promise alone would not. */
const nextTask: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          // Not a timer: browsers hold those back for 4 ms and more.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(null);
        });
