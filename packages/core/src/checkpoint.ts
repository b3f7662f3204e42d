import * as tf from '@tensorflow/tfjs';
import { GanzooError, showShape } from './errors.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.ts';
import type { Store } from './run-types.ts';
import type { Json } from './types.ts';

const SCOPE = 'core/checkpoint';
export const checkpointFile = 'checkpoint.safetensors';
const format = 1;

/** Where a run stands in its data, and in which: another dataset begins at its beginning. */
export interface DataCursor {
  readonly data: string;
  readonly size: number | null;
  readonly at: Json;
}

export function sameData({ data, size }: DataCursor, of: { readonly name: string; readonly size?: number }): boolean {
  return data === of.name && size === (of.size ?? null);
}

/** Everything of a run that is not a tensor. Random streams follow from the seed and these counts. */
export interface RunState {
  readonly seed: number;
  readonly step: number;
  readonly realSamples: number;
  readonly updates: Readonly<Record<string, number>>;
  readonly cursor: DataCursor | null;
  readonly gan: Json;
}

/**
 * A checkpoint's bytes: the values of the moment of the call, though a training goes on while they are read. Throws when
 * one is NaN or infinite: no file ever holds such a value.
 */
export async function encodeCheckpoint(state: RunState, variables: ReadonlyMap<string, tf.Variable>): Promise<Uint8Array> {
  // An update gives a variable new values and leaves the old ones to whoever else holds them.
  const snapshot = [...variables].map(([name, variable]) => [name, tf.keep(tf.clone(variable))] as const);
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of snapshot) {
      const values = new Float32Array(await tensor.data());
      expectFinite(name, values);
      tensors.set(name, { shape: tensor.shape, values });
    }
    return encodeSafetensors(tensors, { format: `ganzoo ${format}`, run: JSON.stringify(state) });
  } finally {
    tf.dispose(snapshot.map(([, tensor]) => tensor));
  }
}

/** Throws, naming the weight, when a value is NaN or infinite. */
export function expectFinite(name: string, values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new GanzooError(
    SCOPE,
    `'${name}' holds ${values[bad]} at value ${bad}: nothing was saved. Go on from the last checkpoint with a lower learning rate or clipped gradients.`,
  );
}

export interface Checkpoint {
  readonly state: RunState;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Reads the checkpoint of a store. */
export async function readCheckpoint(store: Store): Promise<Checkpoint> {
  const bytes = await store.read(checkpointFile);
  if (!bytes) throw new GanzooError(SCOPE, `there is no ${checkpointFile} in ${store.describe}. Save one with trainer.save(store), or look in another place.`);
  const name = `${checkpointFile} in ${store.describe}`;
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  if (metadata['format'] !== `ganzoo ${format}`)
    throw new GanzooError(SCOPE, `${name} has the format '${metadata['format'] ?? 'unknown'}', but this version reads 'ganzoo ${format}'.`);
  return { state: JSON.parse(metadata['run'] as string) as RunState, tensors };
}

/** Throws, showing each difference, when a checkpoint was made by another GAN than the one it is to be loaded into. */
export function expectSameGan(saved: Json, given: Json): void {
  const lines = differences(saved, given);
  if (lines.length > 0)
    throw new GanzooError(
      SCOPE,
      `the checkpoint was made with another configuration (saved, given):\n${lines.map((line) => `  ${line}`).join('\n')}\nLoad it with the GAN it was trained with, or start a new run.`,
    );
}

/** Where two configurations differ, a line each: `path: first, second`. */
export function differences(a: unknown, b: unknown, path = ''): string[] {
  if (isTree(a) && isTree(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], path ? `${path}.${key}` : key));
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${path}: ${JSON.stringify(a)}, ${JSON.stringify(b)}`];
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts stored values into variables of the same names and shapes. All are checked before the first is written. */
export function restoreVariables(variables: ReadonlyMap<string, tf.Variable>, tensors: ReadonlyMap<string, StoredTensor>): void {
  for (const [name, variable] of variables) {
    const stored = tensors.get(name);
    if (!stored) throw new GanzooError(SCOPE, `the checkpoint has no '${name}'. It was made by another network.`);
    if (stored.shape.join() !== variable.shape.join())
      throw new GanzooError(SCOPE, `'${name}' has shape ${showShape(stored.shape)} in the checkpoint, but ${showShape(variable.shape)} in the network.`);
  }
  for (const [name, variable] of variables) {
    const { values, shape } = tensors.get(name) as StoredTensor;
    tf.tidy(() => variable.assign(tf.tensor(values, [...shape], 'float32')));
  }
}
