import { join } from 'node:path';
import { expectInteger, expectKeys, expectNumber, GanzooError } from '@ganzoo/core';
import type { Callback, Run } from '@ganzoo/core';
import { drawSamples } from './draw-samples.ts';
import { savePng } from './pictures.ts';

const SCOPE = 'node/sample-grid';

/** Options of {@link sampleGrid}. */
export interface SampleGridOptions {
  /** The folder of the pictures: `step-000100.png` and so on. Created where missing. */
  readonly dir: string;
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
 * A callback that writes a picture of what the generator makes of the same latents: before the first step, every `every`
 * steps, and at the end. Images `[h, w, 1 or 3]` become a grid, points `[2]` a scatter picture.
 *
 * @throws GanzooError on a bad option; from the training, when the samples are neither, or the file cannot be written
 */
export function sampleGrid(options: SampleGridOptions): Callback {
  expectKeys(SCOPE, options, ['dir', 'every', 'count', 'seed', 'extent']);
  const { dir, every = 100, count = 64, seed = 0, extent } = options;
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a folder, such as runs/digits/samples.');
  expectInteger(SCOPE, 'every', every, 1);
  expectInteger(SCOPE, 'count', count, 1);
  expectInteger(SCOPE, 'seed', seed, 0);
  if (extent !== undefined) expectNumber(SCOPE, 'extent', extent, Number.MIN_VALUE);

  let written: number | undefined;
  const write = async (run: Run): Promise<void> => {
    const samples = run.sample(count, { seed });
    try {
      const picture = await drawSamples(SCOPE, samples, extent);
      await savePng(join(dir, `step-${String(run.step).padStart(6, '0')}.png`), picture);
      written = run.step;
    } finally {
      samples.dispose();
    }
  };

  return {
    name: 'sampleGrid',
    async onStart(run) {
      written = undefined;
      if (run.step === 0) await write(run);
    },
    async onStep(run) {
      if (run.step % every === 0) await write(run);
    },
    async onEnd(run, failure) {
      // After an error the generator may hold anything.
      if (failure === undefined && run.step !== written) await write(run);
    },
  };
}
