import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string; readonly processId?: number } };
}

export interface Tasks {
  /**
   * The longest that a task on the main thread of the page's process computed, in milliseconds, without the time others took
   * from it, and without what the browser takes to start a worker, which no page can make shorter.
   */
  readonly own: number;
  /** What that task did, as the trace names it. */
  readonly what: string;
  /** The same of other renderers: Chromium's own pages, such as that of its address bar, start in the background. */
  readonly others: number;
}

/** Traces what renderers do meanwhile. The page must come from `origin`. */
export async function tasksOf(page: Page, origin: string, during: () => Promise<void>): Promise<Tasks> {
  const browser = page.context().browser() as Browser;
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await during();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const committed = traceEvents.filter(({ name, args }) => name === 'FrameCommittedInBrowser' && args.data?.url?.startsWith(origin));
  const processes = new Set(committed.map(({ args }) => args.data?.processId));
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ name, ph, pid, tid }) => name === 'RunTask' && ph === 'X' && mains.has(`${pid} ${tid}`));
  const within = ({ pid, tid, ts, dur = 0 }: TraceEvent): TraceEvent[] =>
    traceEvents.filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid && event.ts >= ts && event.ts + (event.dur ?? 0) <= ts + dur);
  const computed = (task: TraceEvent): number => {
    // Nested calls of the same are in the outermost already.
    const starts = within(task).filter(({ name }) => name.includes('DedicatedWorkerHostFactoryClient'));
    return ((task.tdur ?? 0) - Math.max(0, ...starts.map(({ tdur = 0 }) => tdur))) / 1000;
  };
  const own = tasks.filter(({ pid }) => processes.has(pid));
  expect(own.length).toBeGreaterThan(100);
  // Only the long ones are looked into.
  const long = own.toSorted((one, other) => (other.tdur ?? 0) - (one.tdur ?? 0)).slice(0, 20);
  const longest = long.toSorted((one, other) => computed(other) - computed(one))[0] as TraceEvent;
  const inside = within(longest)
    .filter(({ name }) => name !== 'RunTask')
    .toSorted((one, other) => (other.tdur ?? 0) - (one.tdur ?? 0))
    .slice(0, 4)
    .map(({ name, tdur = 0, args }) => `${name} ${(tdur / 1000).toFixed(1)} ms ${JSON.stringify(args).slice(0, 200)}`);
  const others = Math.max(0, ...tasks.filter(({ pid }) => !processes.has(pid)).map(({ tdur = 0 }) => tdur / 1000));
  return { own: computed(longest), what: inside.join('\n'), others };
}
