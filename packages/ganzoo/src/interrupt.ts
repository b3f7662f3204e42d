/** A signal that Ctrl-C and a polite kill abort. The second Ctrl-C finds no listener, and ends the process. */
export function interruptible(notice: string): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      if (!stop.signal.aborted) console.error(`\n${notice}`);
      stop.abort();
    });
  return stop.signal;
}
