import { GanzooError, type Json, type Store } from '@ganzoo/core';
import { FeatureStatistics } from './feature-statistics.ts';
import { imageCount, isDataset, type ImageSource } from './image-batches.ts';
import type { FeaturePlan } from './image-features.ts';
import { sha256 } from './weights/sha256.ts';

/** What the statistics of a set depend on. */
export type StatisticsKey = Readonly<Record<'dataset' | 'extractor', string> & { size: Json; samples: number; seed: number; quantize: boolean }>;

/** @throws GanzooError where nothing tells this set, or this extractor, from others */
export function statisticsKey(scope: string, source: ImageSource, { extractor, samples, seed, quantize }: FeaturePlan): StatisticsKey {
  if (!isDataset(source))
    throw new GanzooError(scope, 'cache is for datasets, whose names tell them apart: make one of the images by arrayDataset({ name, ... }), or leave it out.');
  // A function is called after whatever holds it: two of them may well share a name.
  if (typeof extractor === 'function')
    throw new GanzooError(scope, "cache needs an extractor with a name of its own: { name: 'pixels 1', dimensions, features }. Or leave it out.");
  const count = imageCount(scope, 'the images', source, samples);
  // All of a set are the same ones in any order.
  const drawn = count === source.size ? 0 : seed;
  return { dataset: source.name, size: source.size ?? null, extractor: extractor.name, samples: count, seed: drawn, quantize };
}

/**
 * What a store has of the statistics, or what `compute` makes of them, which is then put there: `<dataset>-<extractor>-<hash>.npz`,
 * and a note of the same name with what they depend on and their digest. A file that is not what its note says is made anew.
 */
export async function throughCache(store: Store, key: StatisticsKey, compute: () => Promise<FeatureStatistics>): Promise<FeatureStatistics> {
  const name = [slug(key.dataset), slug(key.extractor), (await sha256(new TextEncoder().encode(JSON.stringify(key)))).slice(0, 8)].join('-');
  const [bytes, note] = [await store.read(`${name}.npz`), await store.read(`${name}.json`)];
  if (bytes && note && (await isWhole(bytes, note, key))) return FeatureStatistics.fromNpz(bytes);
  const statistics = await compute();
  const made = statistics.toNpz();
  const written = JSON.stringify({ ...key, sha256: await sha256(made) }, null, 1);
  await store.commit(
    new Map([
      [`${name}.npz`, made],
      [`${name}.json`, new TextEncoder().encode(`${written}\n`)],
    ]),
  );
  return statistics;
}

async function isWhole(bytes: Uint8Array, note: Uint8Array, key: StatisticsKey): Promise<boolean> {
  try {
    const { sha256: digest, ...rest } = JSON.parse(new TextDecoder().decode(note)) as StatisticsKey & { sha256: string };
    return JSON.stringify(rest) === JSON.stringify(key) && digest === (await sha256(bytes));
  } catch {
    return false;
  }
}

/** As a file may be called anywhere. */
function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 40) || 'unnamed'
  );
}
