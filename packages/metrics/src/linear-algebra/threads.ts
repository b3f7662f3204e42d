import { addresses, mostThreads } from './compiled.ts';
import type { CompiledMachine } from './compiled.ts';
import type { RunOptions } from './slices.ts';

/** Words that threads steer by. */
const words = { go: 0, next: 1, arrived: 2, generation: 3 } as const;

/** How often a thread looks before it sleeps: some microseconds, as long as most steps of one thread take. */
const looks = 2_000;
const progressMilliseconds = 100;

/**
 * What a worker runs, in Node and in a page: it takes chunks of each step while there are any, then waits until all have.
 * The last to come moves on to the next step.
 */
const workerSource = `
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const tell = (message) => (node ? node.parentPort : globalThis).postMessage(message);
function work({ module, memory, thread, threads }) {
  const control = new Int32Array(memory.buffer, ${addresses.control}, ${Object.keys(words).length});
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value = ${addresses.stacks} + (thread + 1) * ${addresses.stackBytes};
  tell('ready');
  Atomics.wait(control, ${words.go}, 0);
  for (;;) {
    const chunks = exports.chunks(${addresses.job}, ${addresses.heap});
    if (chunks === 0) break;
    for (let chunk = Atomics.add(control, ${words.next}, 1); chunk < chunks; chunk = Atomics.add(control, ${words.next}, 1)) {
      exports.run(${addresses.job}, ${addresses.heap}, chunk);
    }
    const generation = Atomics.load(control, ${words.generation});
    if (Atomics.add(control, ${words.arrived}, 1) === threads - 1) {
      exports.advance(${addresses.job});
      Atomics.store(control, ${words.arrived}, 0);
      Atomics.store(control, ${words.next}, 0);
      Atomics.add(control, ${words.generation}, 1);
      Atomics.notify(control, ${words.generation});
    } else {
      for (let look = 0; look < ${looks} && Atomics.load(control, ${words.generation}) === generation; look++);
      Atomics.wait(control, ${words.generation}, generation);
    }
  }
  tell('done');
}
if (node) work(node.workerData);
else onmessage = ({ data }) => work(data);
`;

/** A worker of Node or of a page. */
interface Thread {
  readonly onMessage: (listener: (message: unknown) => void) => void;
  readonly onError: (listener: (error: unknown) => void) => void;
  readonly terminate: () => void;
}

/** How many threads share a program: all that the machine has, up to 8. */
function threadCount(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  return Math.min(os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1, mostThreads);
}

/**
 * Runs a program in a memory that threads share, in workers of its own, while this thread is free.
 *
 * @returns false when workers cannot be made; nothing has been run then
 */
export function inThreads(machine: CompiledMachine, { signal, onProgress }: RunOptions): Promise<boolean> {
  const count = threadCount();
  const control = new Int32Array(machine.memory.buffer, addresses.control, Object.keys(words).length);
  control.fill(0);
  machine.rewind();
  const threads: Thread[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  let abort = (): void => undefined;
  return new Promise<boolean>((resolve, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    let [ready, done] = [0, 0];
    for (let thread = 0; thread < count; thread++) {
      const worker = startThread({ module: machine.module, memory: machine.memory, thread, threads: count });
      if (!worker) return resolve(false);
      threads.push(worker);
      worker.onError((error) => (ready < count ? resolve(false) : reject(error)));
      worker.onMessage((message) => {
        if (message === 'ready' && ++ready === count) {
          Atomics.store(control, words.go, 1);
          Atomics.notify(control, words.go);
        }
        if (message === 'done' && ++done === count) resolve(true);
      });
    }
    if (onProgress) timer = setInterval(() => onProgress(machine.progress), progressMilliseconds);
  }).finally(() => {
    clearInterval(timer);
    signal?.removeEventListener('abort', abort);
    for (const thread of threads) thread.terminate();
  });
}

function startThread(data: object): Thread | undefined {
  try {
    const node = builtin<typeof import('node:worker_threads')>('node:worker_threads');
    if (node) {
      const worker = new node.Worker(workerSource, { eval: true, workerData: data });
      return {
        onMessage: (listener) => void worker.on('message', listener),
        onError: (listener) => void worker.on('error', listener),
        terminate: () => void worker.terminate(),
      };
    }
    return startPageWorker(data);
  } catch {
    return undefined;
  }
}

/** Throws where memory cannot be shared: in a page that is not cross-origin isolated. */
function startPageWorker(data: object): Thread {
  const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const terminate = (): void => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
    worker.postMessage(data);
  } catch (error) {
    terminate();
    throw error;
  }
  return {
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onError: (listener) => worker.addEventListener('error', listener),
    terminate,
  };
}

/** A module of Node, where there is Node, without an import that a bundler would follow. */
function builtin<T>(name: string): T | undefined {
  return (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.(name) as T | undefined;
}
