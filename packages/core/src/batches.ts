import * as tf from '@tensorflow/tfjs';
import { checkBatch, disposeBatch } from './data.ts';
import { GanzooError } from './errors.ts';
import type { BatchRequest, Dataset, Drawn } from './run-types.ts';
import type { Gan } from './game-types.ts';
import type { Batch } from './types.ts';

/** A batch in play, and how many samples it holds. */
export interface DrawnBatch<B> extends Drawn<B> {
  readonly size: number;
}

/** Draws the batches of each round from a dataset, and disposes what is not handed out. */
export class Batches<B> {
  readonly #gan: Gan<B>;
  readonly #dataset: Dataset<B>;
  readonly #iterator: AsyncIterator<Drawn<B>>;
  readonly #signal: AbortSignal | undefined;
  #isWaiting = false;

  constructor(gan: Gan<B>, dataset: Dataset<B>, request: BatchRequest, signal: AbortSignal | undefined) {
    this.#gan = gan;
    this.#dataset = dataset;
    this.#signal = signal;
    this.#iterator = dataset.batches(request)[Symbol.asyncIterator]();
  }

  /** So many batches; undefined when the data end before, or the signal aborts while waiting for them. */
  async draw(count: number): Promise<DrawnBatch<B>[] | undefined> {
    const drawn: DrawnBatch<B>[] = [];
    try {
      while (drawn.length < count) {
        const item = await this.#next();
        if (!item) {
          for (const { batch } of drawn) disposeBatch(batch);
          return undefined;
        }
        drawn.push(item);
      }
      return drawn;
    } catch (error) {
      for (const { batch } of drawn) disposeBatch(batch);
      throw error;
    }
  }

  async #next(): Promise<DrawnBatch<B> | undefined> {
    const result = await this.#unlessAborted(this.#iterator.next());
    if (!result || result.done) return undefined;
    const { name } = this.#dataset;
    const { batch, cursor } = (result.value ?? {}) as Drawn<B>;
    const size = sizeOf(batch, name);
    try {
      await checkBatch(batch as unknown as Batch, this.#dataset as unknown as Dataset, this.#gan as Gan);
    } catch (error) {
      disposeBatch(batch);
      throw error;
    }
    return { batch, cursor: cursor ?? null, size };
  }

  /** A stream that hangs must not keep an abort from being served; what it yields later is disposed. */
  async #unlessAborted(next: Promise<IteratorResult<Drawn<B>>>): Promise<IteratorResult<Drawn<B>> | undefined> {
    const signal = this.#signal;
    if (!signal) return next;
    this.#isWaiting = true;
    let onAbort = (): void => undefined;
    const aborted = new Promise<undefined>((resolve) => {
      onAbort = () => resolve(undefined);
      signal.addEventListener('abort', onAbort);
    });
    try {
      const result = await Promise.race([next, aborted]);
      if (result) this.#isWaiting = false;
      else void next.then(({ value }) => disposeBatch((value as Drawn<B> | undefined)?.batch)).catch(() => undefined);
      return result;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    const closing = this.#iterator.return?.();
    // A generator that waits for something answers only after that.
    if (this.#isWaiting) void closing?.catch(() => undefined);
    else await closing;
  }
}

/** The leading dimension of the first tensor in a batch of any shape. */
function sizeOf(batch: unknown, name: string): number {
  const found = batch instanceof tf.Tensor ? batch : Object.values((batch ?? {}) as object).find((value) => value instanceof tf.Tensor);
  if (!found)
    throw new GanzooError(
      'core/data',
      `'${name}' yielded a batch without tensors. Yield { batch: { samples }, cursor } from a dataset, { samples } or a tensor from a stream.`,
    );
  return (found as tf.Tensor).shape[0] ?? 1;
}
