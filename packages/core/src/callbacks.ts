import { expectInteger, expectNumber, expectOneOf, GanzooError } from './errors.ts';
import type { Callback, Run, Store } from './run-types.ts';

const SCOPE = 'core/callbacks';

/** Calls `onStep` every `steps` steps. */
export function every(steps: number, onStep: NonNullable<Callback['onStep']>): Callback {
  expectInteger(SCOPE, 'every steps', steps, 1);
  return { name: `every ${steps}`, onStep: (run) => (run.step % steps === 0 ? onStep(run) : undefined) };
}

export interface HistoryRow {
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** Collects the losses of every `steps`-th step in `rows`. */
export function history({ steps = 1 }: { readonly steps?: number } = {}): Callback & { readonly rows: readonly HistoryRow[] } {
  const rows: HistoryRow[] = [];
  return { ...every(steps, async (run) => void rows.push({ step: run.step, losses: await run.losses() })), name: 'history', rows };
}

/** Saves to a store every `steps` steps and at the end, also when the run is aborted. */
export function checkpoints({ store, steps }: { readonly store: Store; readonly steps: number }): Callback {
  let saved = -1;
  const save = async (run: Run): Promise<void> => {
    if (run.step === saved) return;
    await run.save(store);
    saved = run.step;
  };
  return { ...every(steps, save), name: 'checkpoints', onEnd: (run, failure) => (failure === undefined ? save(run) : undefined) };
}

export interface EarlyStoppingOptions {
  /** A loss by its key, such as `generator/fake`, or anything else worth watching (a metric over samples). */
  readonly monitor: string | ((run: Run) => number | Promise<number>);
  /** Steps between looks. */
  readonly steps: number;
  /** Looks without an improvement before the run is stopped. */
  readonly patience: number;
  readonly mode?: 'min' | 'max';
  /** A smaller improvement does not count. 0 unless told. */
  readonly minDelta?: number;
}

/** Stops a run that no longer improves. A GAN's losses are poor witnesses of its quality: rather monitor a metric. */
export function earlyStopping({ monitor, steps, patience, mode = 'min', minDelta = 0 }: EarlyStoppingOptions): Callback {
  expectInteger(SCOPE, 'earlyStopping patience', patience, 1);
  expectNumber(SCOPE, 'earlyStopping minDelta', minDelta, 0);
  expectOneOf(SCOPE, 'earlyStopping mode', mode, ['min', 'max']);
  const sign = mode === 'min' ? 1 : -1;
  let best = Infinity;
  let idle = 0;
  const look = async (run: Run): Promise<void | 'stop'> => {
    const value = typeof monitor === 'function' ? await monitor(run) : await lossOf(run, monitor);
    if (sign * value < best - minDelta) {
      best = sign * value;
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
