/** Trains one entry from one seed on one thread, and prints what its samples score as a line of JSON. A process of its own. */
import { rng, Trainer, type Dataset } from '@ganzoo/core';
import type { GaussianMixture } from '@ganzoo/datasets';
import { modeCoverage, slicedWasserstein } from '@ganzoo/metrics';
import { savePng, scatter, useBackend } from '@ganzoo/node';
import { setThreads } from '@ganzoo/wasm';
import type { Tensor } from '@tensorflow/tfjs';
import { datasets, entries, type Entry } from './entries.ts';

/** What a seed ended with. Modes, shares and divergences by number of samples, as published ones are of 2,500. */
export interface Row {
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  /** Of one core, which tells more than the clock on a machine that does something else too. */
  readonly cpuSeconds: number;
  readonly modes?: number;
  readonly highQuality?: number;
  readonly reverseKl?: number;
  readonly highQuality10k?: number;
  readonly reverseKl10k?: number;
  readonly slicedWasserstein?: number;
}

const [name, seed, picture] = process.argv.slice(2) as [string, string, string?];
const entry = entries.find((candidate) => candidate.name === name) as Entry;
await useBackend('wasm');
setThreads(1);

const data = datasets[entry.data]();
const trainer = new Trainer(entry.gan(), { seed: Number(seed) });
const begun = process.cpuUsage();
const { seconds } = await trainer.fit(data, { steps: entry.steps, batchSize: entry.batchSize });
const { user, system } = process.cpuUsage(begun);
const samples = trainer.sample(10_000);
const row: Row = {
  seed: Number(seed),
  steps: entry.steps,
  seconds: round(seconds, 1),
  cpuSeconds: round((user + system) / 1e6, 1),
  ...(await scores(samples, data)),
};
if (picture)
  await savePng(
    picture,
    await scatter(samples.slice([0, 0], [2500, 2]), { size: 384, extent: entry.data === 'grid' ? 1.8 : entry.data === 'ring' ? 1.3 : 2.1 }),
  );
console.log(JSON.stringify(row));
process.exit();

async function scores(all: Tensor, source: Dataset | GaussianMixture): Promise<Partial<Row>> {
  if (!('centers' in source)) return { slicedWasserstein: round(await slicedWasserstein(all, await drawn(source, 10_000)), 4) };
  const [few, many] = await Promise.all([all.slice([0, 0], [2500, 2]), all].map((points) => modeCoverage(points, source)));
  if (!few || !many) throw new Error('no scores');
  return {
    modes: few.modes,
    highQuality: round(few.highQuality, 4),
    reverseKl: round(few.reverseKl, 4),
    highQuality10k: round(many.highQuality, 4),
    reverseKl10k: round(many.reverseKl, 4),
  };
}

/** Points of the data that training has drawn in another order. */
async function drawn(source: Dataset, size: number): Promise<Tensor> {
  for await (const { batch } of source.batches({ size, rng: rng(1).fork('quality') })) return batch.samples;
  throw new Error(`${source.name} is empty`);
}

/** Infinity, which JSON has no word for, as a large number. */
function round(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : 1e9;
}
