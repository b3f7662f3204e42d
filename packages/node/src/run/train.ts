import { expectInteger, expectKeys, GanzooError, Trainer, type Batch, type Dataset, type FitResult, type Gan } from '@ganzoo/core';
import { makeDirectory } from '../make-directory.ts';
import { callbacksOf } from './callbacks.ts';
import { checkpointSteps, loadNewest, type Damaged } from './checkpoints.ts';
import { clearPicturesAfter, clearRun } from './clear.ts';
import { expectSameRun, partFrom, readRunConfig, writeRunConfig, type RunIdentity } from './config.ts';
import { lockDirectory } from './lock.ts';
import { trainKeys, type TrainOptions } from './options.ts';

const SCOPE = 'node/run';

/** How a call of {@link train} ended. */
export interface TrainResult<B = Batch> extends FitResult {
  /** The step it went on from, 0 of a new run. */
  readonly from: number;
  /** To sample from. The caller disposes it. */
  readonly trainer: Trainer<B>;
}

/**
 * Trains in a run directory: `config.json`, `log.jsonl`, `samples/`, `checkpoints/`, `generator/model.json` (the newest generator
 * as a TensorFlow.js model), `report.html`, `film.webp` and `events.out.tfevents.*`. Killed at any moment, it goes on with `existing: 'resume'` to the weights it would have had.
 *
 * @throws GanzooError where the directory holds a run and nobody said what for, holds another one, belongs to a process that
 * is at work in it, or cannot be written; and what `Trainer.fit` throws. Checkpoints stay
 */
export async function train<B = Batch>(options: TrainOptions<B>): Promise<TrainResult<B>> {
  expectKeys(SCOPE, options, trainKeys);
  const { dir, gan, dataset, steps, batchSize = 64, seed = 0, existing, allowChanges = false, checkEvery, recipe, signal, onNotice = console.warn } = options;
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
      if (before) await clearPicturesAfter(dir, from);
      const parts = [...(before?.parts ?? []), partFrom(from, steps)];
      await writeRunConfig(dir, { ...identity, ...(recipe !== undefined ? { recipe } : before?.recipe !== undefined && { recipe: before.recipe }), parts });
      const result = await going.fit(dataset as never, {
        steps,
        batchSize,
        callbacks,
        ...(checkEvery !== undefined && { checkEvery }),
        ...(signal && { signal }),
      });
      return { ...result, from, trainer: going };
    } catch (error) {
      going.dispose();
      throw error;
    }
  } finally {
    await unlock();
  }
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
