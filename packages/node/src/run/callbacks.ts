import { join } from 'node:path';
import { evaluateEvery, expectInteger, expectKeys, health, type Callback, type Dataset } from '@ganzoo/core';
import { filmAtEnd } from '../film.ts';
import { folder } from '../folder.ts';
import { jsonLog } from '../json-log.ts';
import { progress } from '../progress.ts';
import { report } from '../report/report.ts';
import { sampleGrid } from '../sample-grid.ts';
import { tensorBoard } from '../tensor-board/tensor-board.ts';
import { watch } from '../watch/watch.ts';
import { keepCheckpoints } from './checkpoints.ts';
import type { TrainOptions } from './options.ts';

const SCOPE = 'node/run';

/** What writes into a run directory, in an order in which each finds what it shows. */
export function callbacksOf<B>(options: TrainOptions<B>): Callback[] {
  const { dir, dataset, checkpoints = {}, samples = {}, logEvery = 10, evaluation, callbacks = [], onNotice = console.warn } = options;
  expectKeys(SCOPE, checkpoints, ['every', 'keep']);
  const { every = 500, keep = 3 } = checkpoints;
  expectInteger(SCOPE, 'checkpoints.every', every, 1);
  expectInteger(SCOPE, 'checkpoints.keep', keep, 1);
  const best = evaluation?.best && { best: { ...evaluation.best, store: folder(join(dir, 'checkpoints/best')) } };
  const pictures = join(dir, 'samples');
  const watched = options.health ?? {};
  return [
    ...(evaluation ? [evaluateEvery({ steps: evaluation.steps, metrics: evaluation.metrics, ...best })] : []),
    ...(options.progress === false ? [] : [progress()]),
    ...(samples ? [sampleGrid({ ...samples, dir: pictures })] : []),
    jsonLog({ path: join(dir, 'log.jsonl'), every: logEvery }),
    ...(options.tensorBoard === false ? [] : [tensorBoard({ dir, every: logEvery, ...(samples && { samples }) })]),
    ...(options.watch ? [watch({ ...(options.watch === true ? {} : options.watch), dir })] : []),
    ...(watched ? [health({ ...watched, data: dataset as unknown as Dataset, onNotice: ({ message }) => onNotice(message) })] : []),
    ...callbacks,
    // What a step writes is there when its checkpoint is.
    keepCheckpoints(dir, { every, keep }),
    ...(options.report === false ? [] : [optional(report({ dir }), onNotice)]),
    ...(options.film === false || !samples ? [] : [optional(filmAtEnd({ dir: pictures, out: join(dir, 'film.webp') }), onNotice)]),
  ];
}

/** A callback whose failure is told and ends nothing: what it makes can be made again. */
function optional(callback: Callback, onNotice: (notice: string) => void): Callback {
  const tried =
    <A extends readonly unknown[]>(work: ((...args: A) => unknown) | undefined) =>
    async (...args: A): Promise<void> => {
      try {
        await work?.(...args);
      } catch (error) {
        onNotice((error as Error).message);
      }
    };
  return { name: callback.name, onStart: tried(callback.onStart), onStep: tried(callback.onStep), onEnd: tried(callback.onEnd) };
}
