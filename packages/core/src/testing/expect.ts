/** What the suites expect of tensors and values, each with an error that says what came instead. */
import * as tf from '@tensorflow/tfjs';
import { showShape } from '../errors.ts';
import type { Described, Shape } from '../types.ts';
import { failure } from './check.ts';

type Values = Float32Array | Int32Array;

/** What a tensor must look like. */
export interface Form {
  /** Every dimension, the batch included. */
  readonly shape: Shape;
  /** `float32` unless told. */
  readonly dtype?: tf.DataType;
}

/** Throws unless it is a tensor of this shape and type. */
export function expectForm(what: string, tensor: unknown, { shape, dtype = 'float32' }: Form): asserts tensor is tf.Tensor {
  const wanted = `${what} to be a tensor of ${dtype} values and shape ${showShape(shape)}`;
  if (!(tensor instanceof tf.Tensor)) throw failure(wanted, typeof tensor, 'Return a tensor.');
  if (tensor.shape.join() !== shape.join()) throw failure(wanted, `shape ${showShape(tensor.shape)}`, 'Change what makes it, or what it says of its shape.');
  if (tensor.dtype !== dtype) throw failure(wanted, tensor.dtype, `Cast it to ${dtype}.`);
}

/** Throws unless all values are finite and in range, give or take what rounding does. */
export async function expectValues(what: string, tensor: tf.Tensor, [least, greatest]: readonly [number, number] = [-Infinity, Infinity]): Promise<void> {
  const values = await valuesOf(tensor);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw failure(`${what} to be finite`, `${values[bad]} at value ${bad}`, 'Look for a logarithm, a root or a division by 0.');
  const outside = values.findIndex((value) => value < least - 1e-3 || value > greatest + 1e-3);
  if (outside >= 0) throw failure(`${what} to be in [${least}, ${greatest}]`, `${values[outside]} at value ${outside}`, 'Bound or rescale the values.');
}

/** A copy: some backends hand out the memory they work on. */
export async function valuesOf(tensor: tf.Tensor): Promise<Values> {
  return ((await tensor.data()) as Values).slice();
}

/** The values of many tensors by name. */
export async function allValues(tensors: ReadonlyMap<string, tf.Tensor>): Promise<ReadonlyMap<string, Values>> {
  const values = new Map<string, Values>();
  for (const [name, tensor] of tensors) values.set(name, await valuesOf(tensor));
  return values;
}

/** The first place where two lists of numbers differ in a single bit, in words; undefined where there is none. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): string | undefined {
  if (a.length !== b.length) return `${a.length} values and ${b.length}`;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return `${a[i]} and ${b[i]} at value ${i}`;
  return undefined;
}

/** The first difference of tensors of the same names, with the name of the tensor. */
export function firstDifference(a: ReadonlyMap<string, ArrayLike<number>>, b: ReadonlyMap<string, ArrayLike<number>>): string | undefined {
  for (const [name, values] of a) {
    const found = difference(values, b.get(name) ?? []);
    if (found) return `${found} of '${name}'`;
  }
  return undefined;
}

/** Throws unless a plug has a name, and a configuration that JSON keeps whole: logs and checkpoints are made of it. */
export function expectDescribed(what: string, { name, config }: Described): void {
  if (typeof name !== 'string' || name === '')
    throw failure(`${what} to have a name`, String(name), 'Give it one: the log and checkpoints tell plugs apart by name.');
  const lost = lostInJson(config, 'config');
  if (lost) throw failure(`the configuration of ${what} to be plain JSON`, lost, 'Leave it out, or describe it by numbers and strings: { name, config }.');
}

/** The first thing that JSON would drop or change, by its place. */
function lostInJson(value: unknown, path: string): string | undefined {
  if (value === null || ['boolean', 'string'].includes(typeof value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${value} at ${path}`;
  const prototype = typeof value === 'object' ? (Object.getPrototypeOf(value) as unknown) : undefined;
  if (prototype !== Object.prototype && prototype !== Array.prototype) return `${Object.prototype.toString.call(value)} at ${path}`;
  for (const [key, item] of Object.entries(value as object)) {
    const lost = lostInJson(item, `${path}.${key}`);
    if (lost) return lost;
  }
  return undefined;
}

/** Throws when `work` leaves tensors behind, or gives back some that were there before. */
export async function expectNoLeak(deed: string, work: () => void | Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  const left = tf.memory().numTensors - before;
  if (left > 0)
    throw failure(`no tensor to be left behind by ${deed}`, String(left), 'Dispose what was kept: look for tf.keep, and for tensors made outside of a tidy.');
  if (left < 0) throw failure(`${deed} to dispose only what it made`, `${-left} tensors fewer than before`, "Leave other people's tensors alone.");
}
