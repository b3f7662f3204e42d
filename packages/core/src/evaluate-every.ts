import { expectInteger, expectNumber, expectOneOf, expectOptions, GanzooError } from './errors.ts';
import type { Callback, Run, Store } from './run-types.ts';

const SCOPE = 'core/evaluateEvery';

/** File in the store of the best checkpoint that says how good it is. */
const bestFile = 'best.json';

/** Anything worth knowing of a run, such as the distance of its samples from the data: a number, or several by name. */
export type Metric = (run: Run) => number | Readonly<Record<string, number>> | Promise<number | Readonly<Record<string, number>>>;

/** Which evaluation is the best one, and what follows from it. */
export interface Best {
  /** A metric by name; one of several numbers as `metric/number`. */
  readonly metric: string;
  /** `min` for distances, `max` for scores. */
  readonly mode: 'min' | 'max';
  /** Where the best checkpoint is kept. Another one than that of `checkpoints`, whose files have the same names. */
  readonly store?: Store;
  /** Evaluations in a row without an improvement before the run is stopped. Never unless told. */
  readonly patience?: number;
  /** A smaller improvement does not count. 0 unless told. */
  readonly minDelta?: number;
}

/** What {@link evaluateEvery} measures, and when. */
export interface EvaluateEveryOptions {
  /** Steps between evaluations. The last step has one as well. */
  readonly steps: number;
  /** By the names that logs show them under. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Keeps the best checkpoint, and can end the run. Neither unless told. */
  readonly best?: Best;
}

/** One look at a run. */
export interface Evaluation {
  /** Rounds of all players since the beginning of the run. */
  readonly step: number;
  /** Real samples drawn since the beginning of the run. */
  readonly realSamples: number;
  /** Keyed `metric`, or `metric/number` where a metric gives several. May be NaN. */
  readonly values: Readonly<Record<string, number>>;
}

/** The callback of {@link evaluateEvery}, which remembers what it measured. */
export interface EvaluateEvery extends Callback {
  /** Every evaluation of this callback, oldest first. */
  readonly rows: readonly Evaluation[];
  /** The best so far, of an earlier part of the same run too, where `best` was told and there is one. */
  readonly best: Evaluation | undefined;
}

/**
 * Measures a run every `steps` steps and at its end, hands the numbers to the other callbacks, and can keep the best checkpoint
 * and stop a run that no longer improves.
 *
 * A run that goes on from a checkpoint has to beat what its earlier part left in the store. NaN is never an improvement. An
 * abort ends an evaluation under way, when its metrics look at `run.signal`.
 *
 * @throws GanzooError on bad options; from the training, when a metric gives no number
 */
export function evaluateEvery(options: EvaluateEveryOptions): EvaluateEvery {
  expectOptions(SCOPE, 'evaluateEvery', options, ['steps', 'metrics', 'best']);
  const { steps, metrics, best: wanted } = options;
  expectInteger(SCOPE, 'steps', steps, 1);
  expectMetrics(metrics);
  if (wanted) expectBest(wanted, Object.keys(metrics));
  const rows: Evaluation[] = [];
  let best: Evaluation | undefined;
  let idle = 0;

  /** @returns whether the run has gone without an improvement for long enough */
  const evaluate = async (run: Run): Promise<boolean> => {
    const { step, realSamples } = run;
    const evaluation = { step, realSamples, values: await measure(run, metrics) };
    rows.push(evaluation);
    await run.record(evaluation.values);
    if (!wanted) return false;
    if (isBetter(evaluation, best, wanted)) {
      idle = 0;
      best = evaluation;
      if (wanted.store) await run.save(withNote(wanted.store, { metric: wanted.metric, ...evaluation }));
    } else idle++;
    return wanted.patience !== undefined && idle >= wanted.patience;
  };

  return {
    name: 'evaluateEvery',
    rows,
    get best() {
      return best;
    },
    async onStart(run) {
      rows.length = 0;
      idle = 0;
      best = wanted?.store && run.step > 0 ? await noted(wanted.store, wanted.metric, run.step) : undefined;
    },
    async onStep(run) {
      if (run.step % steps !== 0 && run.step !== run.steps) return undefined;
      try {
        return (await evaluate(run)) ? 'stop' : undefined;
      } catch (error) {
        // The abort that ended the evaluation ends the run as well, and is no failure of it.
        if (run.signal?.aborted) return undefined;
        throw error;
      }
    },
  };
}

async function measure(run: Run, metrics: EvaluateEveryOptions['metrics']): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    const result = await metric(run);
    const numbers =
      typeof result === 'object' && result !== null
        ? Object.entries(result).map(([part, value]) => [`${name}/${part}`, value] as const)
        : [[name, result] as const];
    for (const [key, value] of numbers) {
      if (typeof value !== 'number')
        throw new GanzooError(SCOPE, `the metric ${key} must give a number, got ${typeof value}. Await it, and take the number out of its result.`);
      values[key] = value;
    }
  }
  return values;
}

function isBetter(now: Evaluation, best: Evaluation | undefined, { metric, mode, minDelta = 0 }: Best): boolean {
  const sign = mode === 'min' ? 1 : -1;
  const value = valueOf(now, metric);
  return !Number.isNaN(value) && (best === undefined || sign * value < sign * valueOf(best, metric) - minDelta);
}

function valueOf({ values }: Evaluation, metric: string): number {
  const value = values[metric];
  if (value === undefined) throw new GanzooError(SCOPE, `best.metric is '${metric}', which is not measured. Measured are: ${Object.keys(values).join(', ')}.`);
  return value;
}

/** The store, with a file more in each commit: a checkpoint and how good it is are written together. */
function withNote(store: Store, note: Evaluation & { readonly metric: string }): Store {
  const bytes = new TextEncoder().encode(`${JSON.stringify(note, null, 1)}\n`);
  return { ...store, commit: (files) => store.commit(new Map([...files, [bestFile, bytes]])) };
}

/** What an earlier part of this run left there. One of a later step belongs to another run. */
async function noted(store: Store, metric: string, step: number): Promise<Evaluation | undefined> {
  const bytes = await store.read(bestFile);
  if (!bytes) return undefined;
  try {
    const note = JSON.parse(new TextDecoder().decode(bytes)) as Evaluation & { metric: string };
    return note.metric === metric && note.step <= step && typeof note.values[metric] === 'number' ? note : undefined;
  } catch {
    return undefined;
  }
}

function expectMetrics(metrics: EvaluateEveryOptions['metrics']): void {
  const entries = Object.entries((metrics as EvaluateEveryOptions['metrics'] | undefined) ?? {});
  if (entries.length === 0)
    throw new GanzooError(SCOPE, 'metrics must name at least one function of the run, such as { distance: (run) => fid({ generated: run, ... }) }.');
  for (const [name, metric] of entries)
    if (typeof metric !== 'function') throw new GanzooError(SCOPE, `the metric ${name} must be a function of the run, got ${typeof metric}.`);
}

function expectBest(best: Best, metrics: readonly string[]): void {
  expectOptions(SCOPE, 'best', best, ['metric', 'mode', 'store', 'patience', 'minDelta']);
  const { metric, mode, store, patience, minDelta = 0 } = best;
  if (!metrics.some((name) => metric === name || (typeof metric === 'string' && metric.startsWith(`${name}/`))))
    throw new GanzooError(SCOPE, `best.metric must name one of the metrics (${metrics.join(', ')}), or a number of one as 'metric/number', got '${metric}'.`);
  expectOneOf(SCOPE, 'best.mode', mode, ['min', 'max']);
  if (store !== undefined && typeof store.commit !== 'function')
    throw new GanzooError(SCOPE, 'best.store must be a store: folder(path) of @ganzoo/node, indexedDb(name) or memory().');
  if (patience !== undefined) expectInteger(SCOPE, 'best.patience', patience, 1);
  expectNumber(SCOPE, 'best.minDelta', minDelta, 0);
}
