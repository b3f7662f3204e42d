import type { Examiner } from '../health.ts';
import type { Run } from '../run-types.ts';

const looks = 3;
/** Less says nothing. */
const leastSeconds = 0.5;

/** More than half of the time spent waiting for batches, over three looks in a row of half a second or more. */
export function slowData(): Examiner {
  let before: { seconds: number; waited: number } | undefined;
  let slow = 0;
  return {
    skips: 0,
    look({ seconds, waited }: Run) {
      if (before === undefined) {
        before = { seconds, waited };
        return undefined;
      }
      const [all, waiting] = [seconds - before.seconds, waited - before.waited];
      if (all < leastSeconds) return undefined;
      before = { seconds, waited };
      slow = waiting > all / 2 ? slow + 1 : 0;
      if (slow < looks) return undefined;
      return `the training waits for data ${Math.round((100 * waiting) / all)} % of its time. Make the batches cheaper: decode and resize once and keep the result (arrayDataset, imageFolder with a size), or read ahead.`;
    },
  };
}
