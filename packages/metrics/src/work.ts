import { GanzooError } from '@ganzoo/core';

/** Of a metric that takes a while. */
export interface WorkOptions {
  /** Ends the work early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the share that is done, in [0, 1], rising to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export const workKeys = ['signal', 'onProgress'] as const;

/** Says how far the work is, and throws where it was called off. Gives other tasks a turn, so that somebody can do so. */
export async function report(done: number, total: number, { signal, onProgress }: WorkOptions): Promise<void> {
  signal?.throwIfAborted();
  onProgress?.(done / total);
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}

/** One of several stages of equal length: its progress is a share of the whole. */
export function stage(index: number, of: number, { signal, onProgress }: WorkOptions): WorkOptions {
  return { signal, onProgress: onProgress && ((part) => onProgress((index + part) / of)) };
}

/** Mean and standard deviation, with the count as divisor. */
export function meanAndStd(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

/** Refuses a number of neighbors, or a subset, that a set is too small for. */
export function expectEnough(scope: string, what: string, needed: number, name: string, count: number): void {
  if (count >= needed) return;
  throw new GanzooError(scope, `${what} needs at least ${needed} samples, but ${name} are ${count}. Give more samples, or lower it.`);
}
