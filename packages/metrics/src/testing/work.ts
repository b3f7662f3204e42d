import { expectNoLeak, failure, type Checks } from '@ganzoo/core/testing';
import type { WorkOptions } from '../work.ts';

/** What whatever takes {@link WorkOptions} must do with them. */
export function workChecks(work: (options: WorkOptions) => Promise<unknown>): Checks {
  return {
    'a signal ends it with its reason': async () => {
      const early = new Error('called off before');
      expectReason('a signal that was aborted before', early, await outcome(work({ signal: AbortSignal.abort(early) })));
      await expectNoLeak('work that is called off', async () => {
        const [stop, reason] = [new AbortController(), new Error('called off in the middle')];
        const onProgress = (share: number): void => {
          if (share < 1) stop.abort(reason);
        };
        const ended = await outcome(work({ signal: stop.signal, onProgress }));
        // What says nothing before its end cannot be called off in the middle.
        if (stop.signal.aborted) expectReason('a signal that is aborted at the first progress', reason, ended);
      });
    },

    'its progress rises to 1': async () => {
      const shares: number[] = [];
      await work({ onProgress: (share) => shares.push(share) });
      const rises = shares.every((share, index) => share >= (shares[index - 1] ?? 0) && share <= 1);
      if (rises && shares.at(-1) === 1) return;
      throw failure('progress that rises from 0 to 1', shares.join(', ') || 'none', 'Call onProgress with the share that is done, and with 1 at the end.');
    },
  };
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** What became of it. */
export async function outcome(work: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

function expectReason(what: string, reason: Error, { value, error }: Outcome): void {
  if (error === reason) return;
  throw failure(`${what} to end the work with '${String(reason)}'`, String(error ?? value), 'Call signal.throwIfAborted() first, and after each await.');
}
