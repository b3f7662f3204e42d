import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stepPictures } from '../step-pictures.ts';

/** What a run writes into its directory. Anything else there is somebody else's. */
const written = [/^config\.json$/, /^log\.jsonl$/, /^report\.html$/, /^film\.(webp|gif)$/, /^events\.out\.tfevents\./];
const folders: Readonly<Record<string, RegExp>> = {
  samples: /^step-\d+\.png$/,
  checkpoints: /^(step-\d+\.safetensors|best)$/,
  generator: /^(model\.json|.+\.bin)$/,
};

/** Removes a run from its directory, and nothing that it has not written. */
export async function clearRun(directory: string): Promise<void> {
  // First what says that there is a run: half of one must not look like a whole one.
  for (const name of (await namesIn(directory)).sort()) if (written.some((pattern) => pattern.test(name))) await rm(join(directory, name), { force: true });
  for (const [folder, pattern] of Object.entries(folders)) {
    const path = join(directory, folder);
    for (const name of await namesIn(path)) if (pattern.test(name)) await rm(join(path, name), { force: true, recursive: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

/** Removes the pictures of steps after `step`: a run that goes on from there will draw its own. */
export async function clearPicturesAfter(directory: string, step: number): Promise<void> {
  const later = (await stepPictures(join(directory, 'samples'))).filter((picture) => picture.step > step);
  await Promise.all(later.map(({ path }) => rm(path, { force: true })));
}
