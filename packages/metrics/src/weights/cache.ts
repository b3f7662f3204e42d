import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { WeightTensor } from './tensor.ts';

/** Where converted weights are kept unless told: in the user's cache. */
export function defaultWeightsCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ganzoo', 'weights');
}

/** Reads tensors that {@link writeCached} wrote. @returns undefined where there is no such file, or not a whole one */
export async function readCached(path: string): Promise<Map<string, WeightTensor> | undefined> {
  try {
    const { tensors, metadata } = readSafetensors(await readFile(path), path);
    return metadata['sha256'] === digestOf(tensors) ? tensors : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes tensors with a digest of them, aside and then renamed: a reader sees a whole file or none.
 *
 * @throws GanzooError where the folder cannot be written to
 */
export async function writeCached(path: string, tensors: ReadonlyMap<string, WeightTensor>): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(aside, writeSafetensors(tensors, { sha256: digestOf(tensors) }));
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined);
    const hint = 'Pass { cache } with a folder that can be written to, or { cache: false } to keep no copy';
    throw new GanzooError('metrics/weights', `cannot keep converted weights in '${path}': ${(cause as Error).message}. ${hint}.`, { cause });
  }
}

function digestOf(tensors: ReadonlyMap<string, WeightTensor>): string {
  const hash = createHash('sha256');
  for (const [name, { shape, values }] of tensors) {
    hash.update(JSON.stringify([name, shape])).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
