import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { differences, GanzooError, type Json } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { folder } from '../folder.ts';

const SCOPE = 'node/run';
const file = 'config.json';
const format = 1;

/** What makes a run the one it is: another of these is another run. */
export interface RunIdentity {
  /** What is trained. */
  readonly gan: {
    /** Of the variant. */
    readonly name: string;
    /** Every setting of its networks, players, loss and regularizers. */
    readonly config: Json;
  };
  /** What it is trained on. */
  readonly dataset: {
    /** As the dataset says it. */
    readonly name: string;
    /** Samples in one pass, null where it is not known. */
    readonly size: number | null;
    /** Of one sample, null where it is not known. */
    readonly sampleShape: readonly number[] | null;
  };
  /** The trainer's seed. */
  readonly seed: number;
  /** Samples in a batch. */
  readonly batchSize: number;
}

/** One sitting of a run. */
export interface RunPart {
  /** The step it began at, and the one it was to reach. */
  readonly from: number;
  /** The step it was to reach. */
  readonly steps: number;
  /** When, as ISO 8601. */
  readonly started: string;
  /** TensorFlow.js's name of the backend, and its device. */
  readonly backend: string;
  /** Of this library, TensorFlow.js and Node, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** `config.json` of a run directory. */
export interface RunConfig extends RunIdentity {
  /** Of this file. */
  readonly format: number;
  /** What its starter wants to find again, such as the words of a command. */
  readonly recipe?: Json;
  /** Every sitting, oldest first. */
  readonly parts: readonly RunPart[];
}

/** @throws GanzooError where it is there and cannot be read, or is of another version */
export async function readRunConfig(directory: string): Promise<RunConfig | undefined> {
  const path = join(directory, file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new GanzooError(SCOPE, `cannot read ${path}: ${(cause as Error).message}.`, { cause });
  }
  const config = parsed(text);
  const cure = `Restore it, or start a new run in another directory; the checkpoints beside it are whole, and Trainer.load opens them.`;
  if (!config) throw new GanzooError(SCOPE, `${path} is not the configuration of a run: it was altered or cut short. ${cure}`);
  if (config.format !== format) throw new GanzooError(SCOPE, `${path} has the format ${String(config.format)}, but this version reads ${format}. ${cure}`);
  return config;
}

function parsed(text: string): RunConfig | undefined {
  try {
    const config = JSON.parse(text) as Partial<RunConfig> | null;
    const isWhole = typeof config?.gan?.name === 'string' && typeof config.dataset?.name === 'string' && Array.isArray(config.parts);
    return isWhole ? (config as RunConfig) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRunConfig(directory: string, config: Omit<RunConfig, 'format'>): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify({ format, ...config }, null, 2)}\n`);
  await folder(directory).commit(new Map([[file, bytes]]));
}

/** This sitting. */
export function partFrom(step: number, steps: number): RunPart {
  const core = createRequire(import.meta.url)('@ganzoo/core/package.json') as { version: string };
  const versions = { '@ganzoo/core': core.version, '@tensorflow/tfjs': tf.version['tfjs-core'], node: process.versions.node };
  return { from: step, steps, started: new Date().toISOString(), backend: tf.getBackend(), versions };
}

/** @throws GanzooError, showing each difference, where the run in the directory is another one */
export function expectSameRun(directory: string, saved: RunIdentity, given: RunIdentity): void {
  const identity = ({ gan, dataset, seed, batchSize }: RunIdentity): RunIdentity => ({ gan, dataset, seed, batchSize });
  // As JSON keeps it.
  const lines = differences(identity(saved), JSON.parse(JSON.stringify(identity(given))) as RunIdentity);
  if (lines.length === 0) return;
  throw new GanzooError(
    SCOPE,
    `the run in '${directory}' has another configuration (saved, given):\n${lines.map((line) => `  ${line}`).join('\n')}\nGive the same, allow the changes (allowChanges: true, --allow-changes), or start a new run in another directory.`,
  );
}
