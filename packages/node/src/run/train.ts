import { join } from 'node:path';
import {
  evaluateEvery,
  expectInteger,
  expectKeys,
  GanzooError,
  health,
  Trainer,
  type Batch,
  type Best,
  type Callback,
  type Dataset,
  type EvaluateEveryOptions,
  type FitResult,
  type Gan,
  type HealthOptions,
  type Json,
} from '@ganzoo/core';
import { folder } from '../folder.ts';
import { jsonLog } from '../json-log.ts';
import { makeDirectory } from '../make-directory.ts';
import { progress } from '../progress.ts';
import { sampleGrid, type SampleGridOptions } from '../sample-grid.ts';
import { clearRun } from './clear.ts';
import { checkpointSteps, keepCheckpoints, loadNewest, type Damaged } from './checkpoints.ts';
import { expectSameRun, partFrom, readRunConfig, writeRunConfig, type RunIdentity } from './config.ts';
import { lockDirectory } from './lock.ts';

const SCOPE = 'node/run';

export interface TrainOptions<B = Batch> {
  /** The run directory, created where missing. */
  readonly dir: string;
  readonly gan: Gan<B>;
  readonly dataset: Dataset<B>;
  /** Rounds of all players since the beginning of the run. */
  readonly steps: number;
  /** 64 unless told. */
  readonly batchSize?: number;
  /** 0 unless told. */
  readonly seed?: number;
  /** What a directory that holds a run is for: to go on with it, or to start over. Refused unless told. */
  readonly existing?: 'resume' | 'replace';
  /** Goes on with other settings than before, as far as the weights still fit. */
  readonly allowChanges?: boolean;
  /** Steps between checkpoints (500 unless told), how many of the newest are kept (3). */
  readonly checkpoints?: { readonly every?: number; readonly keep?: number };
  /** Pictures of samples: steps between them (100 unless told), how many samples each. `false` for none. */
  readonly samples?: Omit<SampleGridOptions, 'dir'> | false;
  /** Steps between lines of the log. 10 unless told. */
  readonly logEvery?: number;
  /** Measured on the way. The best checkpoint goes to `checkpoints/best`. */
  readonly evaluation?: Omit<EvaluateEveryOptions, 'best'> & { readonly best?: Omit<Best, 'store'> };
  /** What is looked for that may be wrong with the run, told to `onNotice`; `false` for nothing. */
  readonly health?: Omit<HealthOptions, 'data' | 'onNotice'> | false;
  /** Besides those of the directory. */
  readonly callbacks?: readonly Callback[];
  /** A progress line on standard error. True unless told. */
  readonly progress?: boolean;
  /** Kept in `config.json`, for whoever starts the run to find it again. */
  readonly recipe?: Json;
  /** Ends the run after the step under way; it is saved. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is worth knowing, such as a damaged checkpoint that was passed over. Standard error unless told. */
  readonly onNotice?: (notice: string) => void;
}

const keys = [
  'dir',
  'gan',
  'dataset',
  'steps',
  'batchSize',
  'seed',
  'existing',
  'allowChanges',
  'checkpoints',
  'samples',
  'logEvery',
  'evaluation',
  'health',
  'callbacks',
  'progress',
  'recipe',
  'signal',
  'onNotice',
];

export interface TrainResult<B = Batch> extends FitResult {
  /** The step it went on from, 0 of a new run. */
  readonly from: number;
  /** To sample from. The caller disposes it. */
  readonly trainer: Trainer<B>;
}

/**
 * Trains in a run directory: `config.json`, `log.jsonl`, `samples/`, `checkpoints/` and `generator/model.json`, the newest
 * generator as a TensorFlow.js model. Killed at any moment, it goes on with `existing: 'resume'` to the weights it would have had.
 *
 * @throws GanzooError where the directory holds a run and nobody said what for, holds another one, belongs to a process that
 * is at work in it, or cannot be written; and what `Trainer.fit` throws. Checkpoints stay
 */
export async function train<B = Batch>(options: TrainOptions<B>): Promise<TrainResult<B>> {
  expectKeys(SCOPE, options, keys);
  const { dir, gan, dataset, steps, batchSize = 64, seed = 0, existing, allowChanges = false, recipe, signal, onNotice = console.warn } = options;
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a run directory, such as runs/digits.');
  for (const [name, value, least] of [
    ['steps', steps, 1],
    ['batchSize', batchSize, 1],
    ['seed', seed, 0],
  ] as const)
    expectInteger(SCOPE, name, value, least);
  if (existing !== undefined && existing !== 'resume' && existing !== 'replace')
    throw new GanzooError(SCOPE, `existing must be 'resume' or 'replace', got '${String(existing)}'.`);
  const callbacks = callbacksOf(options);

  await makeDirectory(dir).catch((cause: Error) => {
    throw new GanzooError(SCOPE, `cannot make '${dir}': ${cause.message}.`, { cause });
  });
  const unlock = await lockDirectory(dir);
  try {
    const identity = identityOf({ gan, dataset, seed, batchSize });
    const before = existing === 'replace' ? undefined : await readRunConfig(dir);
    if (before && existing === undefined)
      throw new GanzooError(
        SCOPE,
        `'${dir}' holds a run of ${before.gan.name} on ${before.dataset.name}. Go on with it (existing: 'resume', --resume), replace it (existing: 'replace', --replace), or give another directory.`,
      );
    if (!before && existing !== 'replace' && (await checkpointSteps(dir)).length > 0)
      throw new GanzooError(
        SCOPE,
        `'${dir}' has checkpoints, but no config.json that says of what. Restore it, replace the run (existing: 'replace', --replace), or give another directory.`,
      );
    if (existing === 'replace') await clearRun(dir);
    if (before && !allowChanges) expectSameRun(dir, before, identity);
    const { trainer, damaged } = before ? await loadNewest(dir, gan, { allowChanges }) : { trainer: new Trainer(gan, { seed }), damaged: [] };
    for (const notice of noticesOf(damaged, trainer)) onNotice(notice);
    const going = trainer ?? new Trainer(gan, { seed });
    try {
      const from = going.step;
      const parts = [...(before?.parts ?? []), partFrom(from, steps)];
      await writeRunConfig(dir, { ...identity, ...(recipe !== undefined ? { recipe } : before?.recipe !== undefined && { recipe: before.recipe }), parts });
      const result = await going.fit(dataset as never, { steps, batchSize, callbacks, ...(signal && { signal }) });
      return { ...result, from, trainer: going };
    } catch (error) {
      going.dispose();
      throw error;
    }
  } finally {
    await unlock();
  }
}

function callbacksOf<B>({
  dir,
  checkpoints = {},
  samples = {},
  logEvery = 10,
  evaluation,
  health: watched = {},
  dataset,
  callbacks = [],
  progress: shows = true,
  onNotice = console.warn,
}: TrainOptions<B>): Callback[] {
  expectKeys(SCOPE, checkpoints, ['every', 'keep']);
  const { every = 500, keep = 3 } = checkpoints;
  expectInteger(SCOPE, 'checkpoints.every', every, 1);
  expectInteger(SCOPE, 'checkpoints.keep', keep, 1);
  const best = evaluation?.best && { best: { ...evaluation.best, store: folder(join(dir, 'checkpoints/best')) } };
  return [
    ...(evaluation ? [evaluateEvery({ steps: evaluation.steps, metrics: evaluation.metrics, ...best })] : []),
    ...(shows ? [progress()] : []),
    ...(samples ? [sampleGrid({ ...samples, dir: join(dir, 'samples') })] : []),
    jsonLog({ path: join(dir, 'log.jsonl'), every: logEvery }),
    ...(watched ? [health({ ...watched, data: dataset as unknown as Dataset, onNotice: ({ message }) => onNotice(message) })] : []),
    ...callbacks,
    // Last: what a step writes is there when its checkpoint is.
    keepCheckpoints(dir, { every, keep }),
  ];
}

function identityOf<B>({ gan, dataset, seed, batchSize }: { gan: Gan<B>; dataset: Dataset<B>; seed: number; batchSize: number }): RunIdentity {
  return {
    gan: { name: gan.name, config: gan.config },
    dataset: { name: dataset.name, size: dataset.size ?? null, sampleShape: dataset.sampleShape ? [...dataset.sampleShape] : null },
    seed,
    batchSize,
  };
}

function noticesOf(damaged: readonly Damaged[], trainer: { readonly step: number } | undefined): string[] {
  const went = trainer ? `Going on from step ${trainer.step}.` : 'There is none before it: beginning anew.';
  return damaged.map(({ reason }, index) => (index === damaged.length - 1 ? `${reason} ${went}` : reason));
}
