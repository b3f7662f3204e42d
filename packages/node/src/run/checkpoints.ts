import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedCheckpointError, Trainer, type Callback, type Gan, type Run, type Store } from '@ganzoo/core';
import { folder } from '../folder.ts';

const pattern = /^step-(\d+)\.safetensors$/;
const checkpointFile = 'checkpoint.safetensors';

/** Steps of which there are checkpoints in a run directory, newest first. */
export async function checkpointSteps(directory: string): Promise<number[]> {
  const names = await readdir(join(directory, 'checkpoints')).catch(() => []);
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** A run directory as a trainer's store at one step: checkpoints lie side by side, of the generator there is the newest. */
function storeAt(directory: string, step: number): Store {
  const files = folder(directory);
  const place = (name: string): string => (name === checkpointFile ? `checkpoints/step-${String(step).padStart(6, '0')}.safetensors` : name);
  return {
    describe: `${directory} at step ${step}`,
    read: (name) => files.read(place(name)),
    commit: (changed) => files.commit(new Map([...changed].map(([name, bytes]) => [place(name), bytes]))),
  };
}

/** Saves every so many steps and at the end, also when the run is aborted, and keeps the newest few. */
export function keepCheckpoints(directory: string, { every, keep }: { readonly every: number; readonly keep: number }): Callback {
  let saved: number | undefined;
  const save = async (run: Run): Promise<void> => {
    if (run.step === saved) return;
    await run.save(storeAt(directory, run.step));
    saved = run.step;
    // Of later steps are those of a run that was gone on with from an earlier one.
    const others = (await checkpointSteps(directory)).filter((step) => step !== run.step);
    const old = [...others.filter((step) => step > run.step), ...others.filter((step) => step < run.step).slice(keep - 1)];
    await Promise.all(old.map((step) => rm(join(directory, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`), { force: true })));
  };
  return {
    name: 'keepCheckpoints',
    onStart(run) {
      saved = run.step === 0 ? undefined : run.step;
    },
    onStep: (run) => (run.step % every === 0 ? save(run) : undefined),
    onEnd: (run, failure) => (failure === undefined ? save(run) : undefined),
  };
}

export interface Damaged {
  readonly step: number;
  readonly reason: string;
}

/**
 * The trainer of the newest checkpoint that is whole.
 *
 * @throws GanzooError where the newest whole one is of another configuration
 */
export async function loadNewest<B>(
  directory: string,
  gan: Gan<B>,
  options: { readonly allowChanges: boolean },
): Promise<{ trainer: Trainer<B> | undefined; damaged: Damaged[] }> {
  const damaged: Damaged[] = [];
  for (const step of await checkpointSteps(directory)) {
    try {
      return { trainer: await Trainer.load(storeAt(directory, step), gan, options), damaged };
    } catch (error) {
      if (!(error instanceof DamagedCheckpointError)) throw error;
      damaged.push({ step, reason: error.message });
    }
  }
  return { trainer: undefined, damaged };
}
