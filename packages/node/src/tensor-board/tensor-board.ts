import { expectInteger, expectKeys, expectNumber, GanzooError } from '@ganzoo/core';
import type { Callback, Run } from '@ganzoo/core';
import { drawSamples } from '../draw-samples.ts';
import { encodePng } from '../pictures.ts';
import { beginEventFile, type EventFile } from './event-file.ts';
import type { Event, Value } from './events.ts';

const SCOPE = 'node/tensor-board';

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** The folder of the event file, usually the run's: TensorBoard shows each folder below its `--logdir` as a run. Created where missing. */
  readonly dir: string;
  /** Steps from losses to losses. 10 unless told. Each reading waits for the device. */
  readonly every?: number;
  /** Pictures of samples. None unless told; `{}` for the usual ones. */
  readonly samples?: TensorBoardSamples;
}

/** The pictures of {@link tensorBoard}. */
export interface TensorBoardSamples {
  /** Steps from picture to picture. 100 unless told. */
  readonly every?: number;
  /** Samples in each picture. 64 unless told; give some 2000 for points in the plane. */
  readonly count?: number;
  /** Which latents: the same ones at every step. 0 unless told. */
  readonly seed?: number;
  /** For points in the plane: the pictures show [-extent, extent] along both axes. Each shows all of its points unless told. */
  readonly extent?: number;
}

/**
 * A callback that writes what TensorBoard shows: the losses as scalars `player/part`, what other callbacks measure as
 * scalars of its name, pictures of the same latents as `samples`, and the settings as the text `configuration`.
 *
 * Each `fit` begins a new file `events.out.tfevents.*`. A run that goes on from step n takes the place of what earlier files
 * in the folder have after n; one that begins at 0, of all they have. Every event is written at once: a killed process loses
 * none, and of one cut off by a power failure TensorBoard shows what comes before.
 *
 * @throws GanzooError on a bad option; from the training, when the samples are neither images `[h, w, 1 or 3]` nor points
 *   `[2]`, or the file cannot be written
 */
export function tensorBoard(options: TensorBoardOptions): Callback {
  expectKeys(SCOPE, options, ['dir', 'every', 'samples']);
  const { dir, every = 10, samples } = options;
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a folder, such as runs/digits.');
  expectInteger(SCOPE, 'every', every, 1);
  const pictures = samples && checkedSamples(samples);

  let file: EventFile | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** One after another, even for a caller that does not wait. */
  const append = (step: number, what: () => Event['what'] | Promise<Event['what']>): Promise<void> => {
    const turn = last.then(async () => file?.append(await what(), step));
    last = turn.catch(() => undefined);
    return turn;
  };

  let logged: number | undefined;
  const logLosses = (run: Run): Promise<void> => {
    logged = run.step;
    return append(run.step, async () => ({ values: scalars(await run.losses()) }));
  };
  let drawn: number | undefined;
  const logPicture = (run: Run, { count, seed, extent }: NonNullable<typeof pictures>): Promise<void> => {
    drawn = run.step;
    return append(run.step, async () => ({ values: [await picture(run, count, seed, extent)] }));
  };

  return {
    name: 'tensorBoard',
    async onStart(run) {
      logged = run.step;
      drawn = run.step;
      file = await beginEventFile(SCOPE, dir, run.step === 0 ? 0 : run.step + 1);
      await append(run.step, () => ({ values: [{ tag: 'configuration', text: settingsText(run) }] }));
      if (pictures && run.step === 0) await logPicture(run, pictures);
    },
    async onStep(run) {
      if (run.step % every === 0) await logLosses(run);
      if (pictures && run.step % pictures.every === 0) await logPicture(run, pictures);
    },
    onRecord: (run, values) => append(run.step, () => ({ values: scalars(values) })),
    async onEnd(run, failure) {
      // After an error the generator may hold anything, and the device may be what failed.
      if (failure === undefined && run.step !== logged) await logLosses(run);
      if (failure === undefined && pictures && run.step !== drawn) await logPicture(run, pictures);
      await last;
      file = undefined;
    },
  };
}

function checkedSamples(samples: TensorBoardSamples) {
  expectKeys(SCOPE, samples, ['every', 'count', 'seed', 'extent']);
  const { every = 100, count = 64, seed = 0, extent } = samples;
  expectInteger(SCOPE, 'samples.every', every, 1);
  expectInteger(SCOPE, 'samples.count', count, 1);
  expectInteger(SCOPE, 'samples.seed', seed, 0);
  if (extent !== undefined) expectNumber(SCOPE, 'samples.extent', extent, Number.MIN_VALUE);
  return { every, count, seed, extent };
}

function scalars(values: Readonly<Record<string, number>>): Value[] {
  return Object.entries(values).map(([tag, scalar]) => ({ tag, scalar }));
}

async function picture(run: Run, count: number, seed: number, extent: number | undefined): Promise<Value> {
  const samples = run.sample(count, { seed });
  try {
    const drawn = await drawSamples(SCOPE, samples, extent);
    const { width, height, channels } = drawn;
    return { tag: 'samples', image: { width, height, channels, png: encodePng(drawn) } };
  } finally {
    samples.dispose();
  }
}

/** Indented by four, which Markdown shows as it is. */
function settingsText({ gan: { name, config }, seed, backend, step, steps, batchSize }: Run): string {
  const settings = JSON.stringify({ gan: { name, config }, seed, batchSize, backend, from: step, steps }, null, 2);
  return settings.replace(/^/gm, '    ');
}
