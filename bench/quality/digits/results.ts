/** One file of results an entry, in `results/digits`: what was trained, and a row for each engine and seed. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { grid, savePng } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import type { Entry } from './entries.ts';
import type { Scores } from './score.ts';
import { writeWhole, type Engine, type Told } from './training.ts';

export interface Row extends Told, Scores {
  readonly seed: number;
}

export interface Result {
  readonly entry: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly cpu: string;
  readonly gan: unknown;
  readonly rows: Readonly<Record<Engine, readonly Row[]>>;
}

const folder = fileURLToPath(new URL('../../results/digits/', import.meta.url));

/** What there is of an entry; of another configuration than now, nothing. */
export function resultOf(entry: Entry): Result {
  const { name, steps, batchSize } = entry;
  const fresh: Result = {
    entry: name,
    steps,
    batchSize,
    cpu: cpus()[0]?.model ?? 'unknown',
    gan: entry.gan().config,
    rows: { ganzoo: [], pytorch: [] },
  };
  const path = `${folder}${name}.json`;
  if (!existsSync(path)) return fresh;
  const found = JSON.parse(readFileSync(path, 'utf8')) as Result;
  const settings = (result: Result): string => JSON.stringify([result.gan, result.steps, result.batchSize]);
  return settings(found) === settings(fresh) ? found : fresh;
}

export function rowsOf(entry: Entry, engine: Engine): readonly Row[] {
  return resultOf(entry).rows[engine];
}

export function keepRow(entry: Entry, engine: Engine, row: Row): void {
  const result = resultOf(entry);
  const rows = [...result.rows[engine].filter(({ seed }) => seed !== row.seed), row].toSorted((a, b) => a.seed - b.seed);
  mkdirSync(folder, { recursive: true });
  writeWhole(`${folder}${entry.name}.json`, `${JSON.stringify({ ...result, rows: { ...result.rows, [engine]: rows } }, null, 1)}\n`);
}

/** Of the same configuration always: what real digits score among themselves. */
export function keepFloor(scores: Scores): void {
  mkdirSync(folder, { recursive: true });
  writeWhole(`${folder}floor.json`, `${JSON.stringify(scores, null, 1)}\n`);
}

export function pictureOf(entry: Entry, engine: Engine): string {
  return `${folder}${entry.name}-${engine}.png`;
}

/** The first 100 samples. */
export async function keepPicture(entry: Entry, engine: Engine, samples: Uint8Array): Promise<void> {
  const digits = tf.tidy(() => tf.sub(tf.div(tf.tensor4d(Float32Array.from(samples.subarray(0, 100 * 784)), [100, 28, 28, 1]), 127.5), 1));
  await savePng(pictureOf(entry, engine), await grid(digits, { columns: 20 }));
  digits.dispose();
}
