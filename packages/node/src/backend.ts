import * as tf from '@tensorflow/tfjs';
import { expectOneOf, GanzooError } from '@ganzoo/core';
import { findPackage, PACKAGES } from './native/packages.ts';
import { expectOneTensorFlow } from './one-tensorflow.ts';
import { reasonOf } from './reason.ts';
import { selfTest } from './self-test.ts';
import { proveKernels } from './tensorflow/proof.ts';
import { registerTensorFlowKernels } from './tensorflow/register.ts';
import { describeTensorFlow, loadTensorFlow } from './tensorflow-binding.ts';
import { describeWebGpu, loadWebGpu } from './webgpu.ts';
import { watchDevice } from './webgpu-device.ts';

const SCOPE = 'node/backend';

/** A backend by name. `'auto'` is the first of tensorflow, webgpu, wasm and cpu that works here. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** Which backend is active, and why not another. */
export interface ActiveBackend {
  /** TensorFlow.js's name of it. */
  readonly name: Exclude<BackendName, 'auto'>;
  /** What it computes on, in words. */
  readonly device: string;
  /** Those tried before it, by the name of the backend or of the package that brings it, with what was wrong with each. */
  readonly refused: readonly {
    /** Of the backend, or of the package that brings it. */
    readonly name: string;
    /** What was wrong, and what to do. */
    readonly reason: string;
  }[];
}

interface Candidate {
  readonly backend: ActiveBackend['name'];
  readonly name: string;
  /** Makes the backend known to TensorFlow.js. */
  readonly load: () => Promise<unknown>;
  /** What it computes on, once active. */
  readonly describe: () => string | Promise<string>;
}

/** The best first. */
function candidatesOf(asked: BackendName): readonly Candidate[] {
  const all: readonly Candidate[] = [
    ...PACKAGES.map((name) => ({
      backend: 'tensorflow' as const,
      name,
      load: () => loadTensorFlow(name).then(registerTensorFlowKernels),
      describe: describeTensorFlow,
    })),
    { backend: 'webgpu', name: 'webgpu', load: () => loadWebGpu(asked === 'webgpu'), describe: describeWebGpu },
    { backend: 'wasm', name: 'wasm', load: () => import('@ganzoo/wasm'), describe: describeWasm },
    { backend: 'cpu', name: 'cpu', load: async () => undefined, describe: () => 'CPU, plain JavaScript (slow)' },
  ];
  return asked === 'auto' ? all : all.filter(({ backend }) => backend === asked);
}

async function describeWasm(): Promise<string> {
  const { getThreads } = await import('@ganzoo/wasm');
  const threads = getThreads();
  return `CPU, WebAssembly${(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ' with SIMD' : ''}, ${threads} thread${threads === 1 ? '' : 's'}`;
}

/**
 * Chooses what TensorFlow.js computes on, and makes sure that it can train: a backend is taken only when a convolution,
 * its gradients and a second derivative agree with numbers computed in plain loops.
 *
 * `'auto'` tries, in this order, `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node`, WebGPU (`webgpu` and
 * `@tensorflow/tfjs-backend-webgpu`, on a real GPU), wasm and cpu. The first four packages are optional: they count where
 * they are installed next to this package or where the program is run. Whatever does not work is in `refused`.
 *
 * Calls `enableHigherOrderGradients`, which holds for the whole process.
 *
 * @throws GanzooError when the name is unknown, the named backend does not work, or two copies of TensorFlow.js are loaded
 */
export async function useBackend(name: BackendName = 'auto'): Promise<ActiveBackend> {
  expectOneOf(SCOPE, 'backend', name, ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu']);
  expectOneTensorFlow();

  const previous = tf.getBackend();
  const refused: { name: string; reason: string }[] = [];
  for (const candidate of candidatesOf(name)) {
    const reason = await activate(candidate);
    if (reason === undefined) return { name: candidate.backend, device: await candidate.describe(), refused };
    refused.push({ name: candidate.name, reason });
  }
  // A refused backend would stay active, and fail later without a reason.
  if (previous) await tf.setBackend(previous);
  const reasons = refused.map((entry) => `'${entry.name}': ${entry.reason}`).join('; ');
  throw new GanzooError(SCOPE, `no usable backend. ${reasons}. ${cureOf(name)}.`);
}

function cureOf(name: BackendName): string {
  if (name === 'auto') return 'Reinstall @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0';
  if (name !== 'tensorflow' || PACKAGES.some(findPackage)) return "Or use 'auto'";
  return process.platform === 'linux'
    ? "Run 'npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0' (or @tensorflow/tfjs-node-gpu), then 'npx ganzoo-tensorflow install', or use 'auto'"
    : "Run 'npm install @tensorflow/tfjs-node@4.22.0', or use 'auto'";
}

/** @returns why it cannot be used, or undefined */
async function activate({ backend, load }: Candidate): Promise<string | undefined> {
  try {
    await load();
    expectOneTensorFlow();
    keepOffTheCpu();
    // It answers false instead of throwing.
    if (!(await withoutListeners(() => tf.setBackend(backend)))) return 'TensorFlow.js could not initialize it';
    // The cpu backend prints an advertisement for tfjs-node at its first use; who chose it by name knows.
    if (backend === 'cpu') (tf.backend() as { firstUse?: boolean }).firstUse = false;
    if (backend === 'webgpu') watchDevice();
    return (await selfTest()) ?? (await proveKernels());
  } catch (error) {
    return reasonOf(error);
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
