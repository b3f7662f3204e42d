import { jobAddress, Memory, stackTop } from './memory.ts';

/** Words of the memory that threads steer by. */
const words = { generation: 0, next: 1, done: 2, total: 3 } as const;
/** No chunk has so high a number: while it stands as the next, a thread that is late finds nothing to do. */
const closed = 0x3fffffff;

/** How often a thread looks before it sleeps: some tens of microseconds. */
const looks = 20_000;

/** What a worker runs: it sleeps until there is a job, and takes chunks while there are any. */
const workerSource = `
const { workerData } = require('node:worker_threads');
const { module, memory, control, stack, job } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
exports.__stack_pointer.value = stack;
for (let seen = -1; ; ) {
  // Waking up takes longer than many a job: the next one often comes while one looks out for it.
  for (let look = 0; look < ${looks} && Atomics.load(control, ${words.generation}) === seen; look++);
  Atomics.wait(control, ${words.generation}, seen);
  seen = Atomics.load(control, ${words.generation});
  for (;;) {
    const chunk = Atomics.add(control, ${words.next}, 1);
    if (chunk >= Atomics.load(control, ${words.total})) break;
    exports.run(job, chunk);
    Atomics.add(control, ${words.done}, 1);
    Atomics.notify(control, ${words.done});
  }
}`;

type WorkerThreads = typeof import('node:worker_threads');
type Os = typeof import('node:os');

let memory: Memory | undefined;
let control: Int32Array<SharedArrayBuffer> | undefined;
let workers: { terminate: () => Promise<unknown> }[] = [];
let wanted: number | undefined;

/**
 * How many threads share a large product: all that the machine has, 8 at most, unless told. In browsers it is 1, since the
 * main thread of a page may not wait for others.
 *
 * @throws RangeError unless `count` is an integer of at least 1
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`The number of threads must be an integer of at least 1, got ${count}.`);
  wanted = count;
  for (const worker of workers) void worker.terminate();
  workers = [];
  control = undefined;
  memory = undefined;
}

/** The number of threads that take part in large products. */
export function getThreads(): number {
  const os = builtin<Os>('node:os');
  return builtin('node:worker_threads') ? Math.min(wanted ?? os?.availableParallelism() ?? 1, 8) : 1;
}

/** The memory that products are computed in, with room for so many elements; undefined where there is none, or no SIMD. */
export function workspace(elements: number): Memory | undefined {
  memory ??= open();
  return memory?.reserve(elements) ? memory : undefined;
}

function open(): Memory | undefined {
  const threads = getThreads();
  try {
    const space = new Memory(threads > 1);
    if (threads > 1) start(space, threads - 1);
    return space;
  } catch {
    return undefined;
  }
}

function start({ module, memory }: Memory, count: number): void {
  const { Worker } = builtin<WorkerThreads>('node:worker_threads') as WorkerThreads;
  control = new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length));
  Atomics.store(control, words.next, closed);
  workers = Array.from({ length: count }, (_, index) => {
    const worker = new Worker(workerSource, { eval: true, workerData: { module, memory, control, stack: stackTop(index), job: jobAddress } });
    // It sleeps when there is nothing to do, and must not keep the process from ending.
    worker.unref();
    return worker;
  });
}

/** Runs all chunks of a job, on this thread and on whichever others are awake. */
export function run(space: Memory, job: readonly number[], chunks: number): void {
  if (control) Atomics.store(control, words.next, closed);
  space.ints.set(job, jobAddress / 4);
  if (!control) {
    for (let chunk = 0; chunk < chunks; chunk++) space.exports.run(jobAddress, chunk);
    return;
  }
  Atomics.store(control, words.done, 0);
  Atomics.store(control, words.total, chunks);
  Atomics.store(control, words.next, 0);
  Atomics.add(control, words.generation, 1);
  Atomics.notify(control, words.generation);
  for (let chunk = Atomics.add(control, words.next, 1); chunk < chunks; chunk = Atomics.add(control, words.next, 1)) {
    space.exports.run(jobAddress, chunk);
    Atomics.add(control, words.done, 1);
  }
  for (let look = 0; look < looks && Atomics.load(control, words.done) < chunks; look++);
  for (let done = Atomics.load(control, words.done); done < chunks; done = Atomics.load(control, words.done)) Atomics.wait(control, words.done, done);
}

/** A module of Node, where there is Node, without an import that a bundler would follow. */
function builtin<T>(name: string): T | undefined {
  return (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.(name) as T | undefined;
}
