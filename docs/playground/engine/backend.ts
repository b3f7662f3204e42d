import '@ganzoo/wasm';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Backend, WasmFiles } from './protocol.ts';

/** The browser lacks what a backend needs, or its files did not come. */
export class NoBackendError extends Error {
  override readonly name = 'NoBackendError';
}

/** Whether this browser has a graphics device that can compute. */
export async function hasWebgpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter: () => Promise<unknown> } };
  return Boolean(await gpu?.requestAdapter().catch(() => undefined));
}

/** Makes TensorFlow.js compute with `backend`. */
export async function useBackend(backend: Backend, wasm: WasmFiles): Promise<void> {
  if (backend === 'webgpu') {
    if (!(await hasWebgpu())) throw new NoBackendError('This browser offers no WebGPU device. Choose WebAssembly.');
    await import('@tensorflow/tfjs-backend-webgpu');
  } else {
    if (typeof WebAssembly !== 'object') throw new NoBackendError('This browser has no WebAssembly, or it was switched off.');
    setWasmPaths({ ...wasm });
  }
  const isSet = await tf.setBackend(backend).catch(() => false);
  if (!isSet) throw new NoBackendError(backend === 'wasm' ? 'The WebAssembly file did not load or did not run.' : 'The WebGPU device could not be used.');
  await tf.ready();
}
