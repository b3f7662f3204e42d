import { GanzooError } from '@ganzoo/core';
import { decodeHalf } from '../half.ts';

/** How the files of this folder may keep numbers: safetensors' names. */
export type StoredType = 'F32' | 'F16' | 'I64';

export const BYTES_PER_VALUE: Readonly<Record<StoredType, number>> = { F32: 4, F16: 2, I64: 8 };

/** A tensor out of a file. */
export interface WeightTensor {
  readonly shape: readonly number[];
  /** In row-major order. Halves are widened; 64-bit integers stay. */
  readonly values: Float32Array | BigInt64Array;
}

/** Values out of little-endian bytes, copied: a file's own bytes need not be aligned in memory, nor outlive the reading. */
export function decodeValues(type: StoredType, bytes: Uint8Array): Float32Array | BigInt64Array {
  // Not slice(), which copies nothing of Node's Buffers.
  const { buffer } = new Uint8Array(bytes);
  if (type === 'F32') return new Float32Array(buffer);
  return type === 'I64' ? new BigInt64Array(buffer) : decodeHalf(new Uint16Array(buffer));
}

/** Values of a tensor of that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Throws unless `shape` is an array of integers of at least 0. */
export function expectShape(scope: string, what: string, shape: unknown): asserts shape is readonly number[] {
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new GanzooError(scope, `${what} has a shape that is not a list of sizes. The file is damaged; get it again.`);
  }
}
