import * as tf from '@tensorflow/tfjs';
import { blame } from './backend-error.ts';
import { Batches, type DrawnBatch } from './batches.ts';
import { checkDataset, disposeBatch } from './data.ts';
import { expectInteger, expectKeys } from './errors.ts';
import { describe } from './gan.ts';
import type { Callback, Dataset, Run, SampleOptions, Store } from './run-types.ts';
import type { Gan } from './game-types.ts';
import type { Json, Rng } from './types.ts';

const SCOPE = 'core/trainer';

/** How long `Trainer.fit` trains, and who watches. */
export interface FitOptions {
  /** Rounds of all players since the beginning of the run: a run loaded at step 500 with `steps: 2000` makes 1,500. */
  readonly steps: number;
  /** 64 unless told. A stream yields batches of its own size. */
  readonly batchSize?: number;
  /** Called in this order. None unless told. */
  readonly callbacks?: readonly Callback[];
  /** Stops the training after the round under way, or while it waits for data. */
  readonly signal?: AbortSignal;
  /**
   * Steps between looks at whether the losses are finite, besides the first; the first bad step is named all the same. 50 unless
   * told. `false` for none: then only weights that are not finite are refused, when they are saved.
   */
  readonly checkEvery?: number | false;
}

/** How a call of `Trainer.fit` ended. */
export interface FitResult {
  /** `done`: `steps` were reached; `stopped`: a callback asked for it; `aborted`: the signal did; `exhausted`: the data ended. */
  readonly reason: 'done' | 'stopped' | 'aborted' | 'exhausted';
  /** Rounds of all players since the beginning of the run. */
  readonly step: number;
  /** Of this call. */
  readonly seconds: number;
}

/** What the loop asks of the trainer. */
export interface Session<B> {
  readonly gan: Gan<B>;
  readonly seed: number;
  readonly rng: Rng;
  readonly progress: () => { readonly step: number; readonly realSamples: number };
  /** Where the run stands in this dataset, null at its beginning. */
  readonly cursor: (of: Dataset<B>) => Json;
  /** Batches that a round takes. */
  readonly draws: number;
  readonly round: (batches: readonly DrawnBatch<B>[]) => Promise<void>;
  readonly losses: () => Promise<Readonly<Record<string, number>>>;
  readonly assertFinite: () => Promise<void>;
  readonly sample: (count: number, options?: SampleOptions) => tf.Tensor;
  readonly save: (store: Store) => Promise<void>;
}

/** Draws, plays rounds, calls back. */
export async function runLoop<B>(session: Session<B>, dataset: Dataset<B>, options: FitOptions): Promise<FitResult> {
  expectKeys(SCOPE, options, ['steps', 'batchSize', 'callbacks', 'signal', 'checkEvery']);
  const { steps, batchSize = 64, callbacks = [], signal, checkEvery = 50 } = options;
  expectInteger(SCOPE, 'steps', steps, 1);
  expectInteger(SCOPE, 'batchSize', batchSize, 1);
  if (checkEvery !== false) expectInteger(SCOPE, 'checkEvery', checkEvery, 1);
  // Games of other batches than samples and labels answer for them in their own check.
  checkDataset(dataset as unknown as Dataset, session.gan as Gan);

  const cursor = session.cursor(dataset);
  const batches = new Batches(session.gan, dataset, { size: batchSize, rng: session.rng, ...(cursor !== null && { cursor }) }, signal);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let waited = 0;
  const run = runView(session, { steps, batchSize, seconds, waited: () => waited, callbacks, signal });
  let reason: FitResult['reason'] = 'done';
  const failures: unknown[] = [];
  let underWay = run.step;
  try {
    for (const callback of callbacks) await callback.onStart?.(run);
    const first = run.step + 1;
    while (run.step < steps) {
      if (signal?.aborted) {
        reason = 'aborted';
        break;
      }
      underWay = run.step + 1;
      const asked = performance.now();
      const drawn = await batches.draw(session.draws);
      waited += (performance.now() - asked) / 1000;
      if (!drawn) {
        reason = signal?.aborted ? 'aborted' : 'exhausted';
        break;
      }
      try {
        await session.round(drawn);
      } finally {
        for (const { batch } of drawn) disposeBatch(batch);
      }
      // The first step too: what is wrong from the beginning is told at the beginning.
      if (checkEvery !== false && (run.step % checkEvery === 0 || run.step === steps || run.step === first)) await session.assertFinite();
      let stop = false;
      for (const callback of callbacks) stop = (await callback.onStep?.(run)) === 'stop' || stop;
      if (stop && run.step < steps) {
        reason = 'stopped';
        break;
      }
    }
    if (checkEvery !== false) await session.assertFinite();
  } catch (error) {
    failures.push(await blame(error, underWay));
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

interface View extends Required<Pick<FitOptions, 'steps' | 'batchSize' | 'callbacks'>> {
  readonly seconds: () => number;
  readonly waited: () => number;
  readonly signal: AbortSignal | undefined;
}

function runView<B>(session: Session<B>, { steps, batchSize, seconds, waited, callbacks, signal }: View): Run {
  const run: Run = {
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
    get waited() {
      return waited();
    },
    losses: session.losses,
    sample: session.sample,
    save: session.save,
    record: async (values) => {
      for (const callback of callbacks) await callback.onRecord?.(run, values);
    },
    signal,
  };
  return run;
}
