import { availableParallelism } from 'node:os';

/**
 * Runs a task for each item, some at once: enough to keep all processors busy, few enough to bound the memory. After a failure
 * no other begins, and none runs any more when the promise is settled.
 */
export async function inParallel<T>(items: readonly T[], task: (item: T, index: number) => Promise<void>): Promise<void> {
  let [next, isOver] = [0, false];
  const work = async (): Promise<void> => {
    while (next < items.length && !isOver) {
      const index = next++;
      try {
        await task(items[index] as T, index);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  // Two a processor: one is read while another is decoded.
  const ends = await Promise.allSettled(Array.from({ length: 2 * availableParallelism() }, work));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}
