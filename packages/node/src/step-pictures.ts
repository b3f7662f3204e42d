import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A picture of a run's samples at a step, as `sampleGrid` names them. */
export interface StepPicture {
  readonly step: number;
  readonly path: string;
}

const pattern = /^step-(\d+)\.png$/;

/** The files `step-000100.png` and so on in a folder, by step. None where there is no folder. */
export async function stepPictures(folder: string): Promise<StepPicture[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return (
    names
      .flatMap((name) => {
        const step = pattern.exec(name)?.[1];
        return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
      })
      // By number: from a million on the names are longer.
      .sort((a, b) => a.step - b.step)
  );
}
