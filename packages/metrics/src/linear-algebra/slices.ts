/** What a long computation tells and heeds. */
export interface RunOptions {
  /** Ends the computation: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told the share that is done, in [0, 1]: never less than before, 1 at the end. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Milliseconds that other things may have to wait. */
const sliceMilliseconds = 16;

/** Runs to the end at once. */
export function atOnce<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs to the end, and lets the event loop go round in between. */
export async function inSlices<T>(steps: Generator<number, T>, { signal, onProgress }: RunOptions = {}): Promise<T> {
  signal?.throwIfAborted();
  let until = performance.now() + sliceMilliseconds;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < until) continue;
    onProgress?.(value);
    await pause();
    signal?.throwIfAborted();
    until = performance.now() + sliceMilliseconds;
  }
}

/** A turn of the event loop: at once where there is setImmediate, some milliseconds elsewhere. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
