import * as tf from '@tensorflow/tfjs';
import { expectOneOf, GanzooError } from '@ganzoo/core';
import { expectOneTensorFlow } from './one-tensorflow.ts';
import { selfTest } from './self-test.ts';
import { loadTensorFlow } from './tensorflow-binding.ts';

const SCOPE = 'node/backend';

/** A backend by name. `'auto'` is the first of tensorflow, wasm and cpu that works here. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** Which backend is active, and why not another. */
export interface ActiveBackend {
  /** TensorFlow.js's name of it. */
  readonly name: 'tensorflow' | 'wasm' | 'cpu';
  /** What it computes on, in words. */
  readonly device: string;
  /** Those tried before it, with what was wrong with each. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

type Candidate = ActiveBackend['name'];

/** Makes the backend known to TensorFlow.js. */
const load: Readonly<Record<Candidate, () => Promise<unknown>>> = {
  tensorflow: loadTensorFlow,
  wasm: () => import('@ganzoo/wasm'),
  cpu: async () => undefined,
};

const describe: Readonly<Record<Candidate, () => Promise<string>>> = {
  async tensorflow() {
    return (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice ? 'GPU' : 'CPU, native';
  },
  async wasm() {
    const { getThreads } = await import('@ganzoo/wasm');
    const threads = getThreads();
    return `CPU, WebAssembly${(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ' with SIMD' : ''}, ${threads} thread${threads === 1 ? '' : 's'}`;
  },
  async cpu() {
    return 'CPU, plain JavaScript (slow)';
  },
};

/**
 * Chooses what TensorFlow.js computes on, and makes sure that it can train: a backend is taken only when a convolution
 * and its gradients agree with numbers computed in plain loops.
 *
 * `'tensorflow'` needs an installed `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node` 4.22.0, next to this package
 * or where the program is run. With `'auto'` whatever does not work is in `refused`, and the next is tried.
 *
 * @throws GanzooError when the name is unknown, the named backend does not work, or two copies of TensorFlow.js are loaded
 */
export async function useBackend(name: BackendName = 'auto'): Promise<ActiveBackend> {
  expectOneOf(SCOPE, 'backend', name, ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu']);
  if (name === 'webgpu') throw new GanzooError(SCOPE, "the backend 'webgpu' is not supported in Node yet; use 'auto', 'tensorflow', 'wasm' or 'cpu'.");
  expectOneTensorFlow();
  keepOffTheCpu();

  const previous = tf.getBackend();
  const candidates: readonly Candidate[] = name === 'auto' ? ['tensorflow', 'wasm', 'cpu'] : [name];
  const refused: { name: string; reason: string }[] = [];
  for (const candidate of candidates) {
    const reason = await activate(candidate);
    if (reason === undefined) return { name: candidate, device: await describe[candidate](), refused };
    refused.push({ name: candidate, reason });
  }
  // A refused backend would stay active, and fail later without a reason.
  if (previous) await tf.setBackend(previous);
  const reasons = refused.map((entry) => `'${entry.name}': ${entry.reason}`).join('; ');
  const cure = name === 'tensorflow' ? "Run 'npm install @tensorflow/tfjs-node@4.22.0' (or @tensorflow/tfjs-node-gpu), or use 'auto'" : "Use 'auto'";
  throw new GanzooError(
    SCOPE,
    `no usable backend. ${reasons}. ${name === 'auto' ? 'Reinstall @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0' : cure}.`,
  );
}

/** @returns why it cannot be used, or undefined */
async function activate(name: Candidate): Promise<string | undefined> {
  try {
    await load[name]();
    expectOneTensorFlow();
    // It answers false instead of throwing.
    if (!(await withoutListeners(() => tf.setBackend(name)))) return 'TensorFlow.js could not initialize it';
    // The cpu backend prints an advertisement for tfjs-node at its first use; who chose it by name knows.
    if (name === 'cpu') (tf.backend() as { firstUse?: boolean }).firstUse = false;
    return await selfTest();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Takes away the process listeners that starting a backend adds: those of the WASM module make of any rejection nobody
 * handles an exception printed below 30 kB of that module's source.
 */
async function withoutListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const listeners = (event: string): ((...args: unknown[]) => void)[] => process.listeners(event as 'warning') as ((...args: unknown[]) => void)[];
  const before = new Set(events.flatMap(listeners));
  try {
    return await start();
  } finally {
    for (const event of events) for (const listener of listeners(event)) if (!before.has(listener)) process.removeListener(event, listener);
  }
}

/** GPU backends hand small tensors to the cpu backend, some of whose gradients are wrong. The flags exist where the backend is loaded. */
function keepOffTheCpu(): void {
  for (const flag of ['WEBGPU_CPU_FORWARD', 'WEBGL_CPU_FORWARD']) {
    try {
      tf.env().set(flag, false);
    } catch {
      // Not registered.
    }
  }
}
