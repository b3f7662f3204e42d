import { CompiledMachine } from './compiled.ts';
import { openMachine } from './machine.ts';
import type { Program } from './program.ts';
import { inSlices } from './slices.ts';
import type { RunOptions } from './slices.ts';
import { inThreads } from './threads.ts';

/** Multiplications from which it pays to start threads: about a tenth of a second. */
const worthThreads = 2e8;

/**
 * Runs a program once: in threads that share its memory where there are some and it pays, else on this one in slices.
 *
 * @param write puts the inputs into the heap, which is zeros
 * @returns the heap
 */
export async function execute(program: Program, write: (heap: Float64Array) => void, options: RunOptions = {}): Promise<Float64Array> {
  options.signal?.throwIfAborted();
  const { onProgress } = options;
  let most = 0;
  const report = onProgress && ((fraction: number) => onProgress((most = Math.max(most, fraction))));
  const forward = { signal: options.signal, onProgress: report };
  const shared = program.cost >= worthThreads ? CompiledMachine.open(program, true) : undefined;
  const machine = shared ?? openMachine(program);
  write(machine.heap);
  if (!shared || !(await inThreads(shared, forward))) await inSlices(machine.steps(), forward);
  return machine.heap;
}
