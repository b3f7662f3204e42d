import { GanzooError, expectInteger, expectNumber, expectOneOf, expectOptions } from './errors.ts';
import type { Callback, Run, Store } from './run-types.ts';

const SCOPE = 'core/callbacks';

/** Calls `onStep` every `steps` steps. */
export function every(steps: number, onStep: NonNullable<Callback['onStep']>): Callback {
  expectInteger(SCOPE, 'every steps', steps, 1);
  if (typeof onStep !== 'function') throw new GanzooError(SCOPE, `every takes a function of the run, such as (run) => ..., got ${typeof onStep}.`);
  return { name: `every ${steps}`, onStep: (run) => (run.step % steps === 0 ? onStep(run) : undefined) };
}

/** The losses of one step. */
export interface HistoryRow {
  /** Rounds of all players since the beginning of the run. */
  readonly step: number;
  /** Keyed `player/part`. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Collects the losses of every `steps`-th step in `rows`. */
export function history(options: { readonly steps?: number } = {}): Callback & {
  /** Oldest first. */
  readonly rows: readonly HistoryRow[];
} {
  expectOptions(SCOPE, 'history', options, ['steps']);
  const { steps = 1 } = options;
  expectInteger(SCOPE, 'history steps', steps, 1);
  const rows: HistoryRow[] = [];
  return { ...every(steps, async (run) => void rows.push({ step: run.step, losses: await run.losses() })), name: 'history', rows };
}

/** Saves to a store every `steps` steps and at the end, also when the run is aborted. */
export function checkpoints(options: { readonly store: Store; readonly steps: number }): Callback {
  expectOptions(SCOPE, 'checkpoints', options, ['store', 'steps']);
  const { store, steps } = options;
  if (typeof (store as Store | undefined | null)?.commit !== 'function') {
    throw new GanzooError(SCOPE, `checkpoints store must be a store, got ${typeof store}. Pass folder(path) of @ganzoo/node, indexedDb(name) or memory().`);
  }
  expectInteger(SCOPE, 'checkpoints steps', steps, 1);
  let saved = -1;
  const save = async (run: Run): Promise<void> => {
    if (run.step === saved) return;
    await run.save(store);
    saved = run.step;
  };
  return { ...every(steps, save), name: 'checkpoints', onEnd: (run, failure) => (failure === undefined ? save(run) : undefined) };
}

/** When {@link earlyStopping} stops a run. */
export interface EarlyStoppingOptions {
  /** A loss by its key, such as `generator/fake`, or anything else worth watching (a metric over samples). */
  readonly monitor: string | ((run: Run) => number | Promise<number>);
  /** Steps between looks. */
  readonly steps: number;
  /** Looks without an improvement before the run is stopped. */
  readonly patience: number;
  /** Whether less is better or more. `'min'` unless told. */
  readonly mode?: 'min' | 'max';
  /** A smaller improvement does not count. 0 unless told. */
  readonly minDelta?: number;
}

/** Stops a run that no longer improves. A GAN's losses are poor witnesses of its quality: rather monitor a metric. */
export function earlyStopping(options: EarlyStoppingOptions): Callback {
  expectOptions(SCOPE, 'earlyStopping', options, ['monitor', 'steps', 'patience', 'mode', 'minDelta']);
  const { monitor, steps, patience, mode = 'min', minDelta = 0 } = options;
  if (typeof monitor !== 'function' && (typeof monitor !== 'string' || monitor === '')) {
    throw new GanzooError(SCOPE, `earlyStopping monitor must be the key of a loss, such as 'generator/fake', or a function of the run, got ${typeof monitor}.`);
  }
  expectInteger(SCOPE, 'earlyStopping steps', steps, 1);
  expectInteger(SCOPE, 'earlyStopping patience', patience, 1);
  expectNumber(SCOPE, 'earlyStopping minDelta', minDelta, 0);
  expectOneOf(SCOPE, 'earlyStopping mode', mode, ['min', 'max']);
  const sign = mode === 'min' ? 1 : -1;
  let best: number | undefined;
  let idle = 0;
  const look = async (run: Run): Promise<void | 'stop'> => {
    const value = sign * (typeof monitor === 'function' ? await monitor(run) : await lossOf(run, monitor));
    // The first look has nothing to improve on, whatever it sees; anything improves on NaN.
    if (best === undefined || value < best - minDelta) {
      best = Number.isNaN(value) ? Infinity : value;
      idle = 0;
      return;
    }
    idle++;
    if (idle >= patience) return 'stop';
  };
  return { ...every(steps, look), name: 'earlyStopping' };
}

async function lossOf(run: Run, key: string): Promise<number> {
  const losses = await run.losses();
  const value = losses[key];
  if (value === undefined)
    throw new GanzooError(SCOPE, `earlyStopping monitors '${key}', which this run does not report. It reports: ${Object.keys(losses).join(', ')}.`);
  return value;
}
