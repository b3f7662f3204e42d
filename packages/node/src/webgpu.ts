import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { resolveOptional } from './native/packages.ts';
import { expectSameTensorFlow } from './one-tensorflow.ts';
import { renewDevice } from './webgpu-device.ts';

/** As much of WebGPU as is used here. */
interface Adapter {
  readonly info: { readonly vendor: string; readonly device: string; readonly description: string; readonly isFallbackAdapter?: boolean };
}
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface Dawn {
  readonly create: (options: string[]) => Gpu;
  readonly globals: object;
}

let adapter: Adapter | undefined;

/**
 * Gives this process WebGPU by the npm package `webgpu` (Dawn), and registers TensorFlow.js's backend on it.
 *
 * @param acceptSoftware whether to take an adapter that draws on the CPU: slower than WASM
 * @throws Error saying what is missing
 */
export async function loadWebGpu(acceptSoftware: boolean): Promise<void> {
  adapter ??= await findAdapter();
  if (adapter.info.isFallbackAdapter && !acceptSoftware) throw new Error(`its only adapter computes on the CPU, slower than wasm: ${nameOf(adapter)}`);
  const factory = tf.findBackendFactory('webgpu');
  if (factory) return renewDevice(factory);
  const backend = resolveOptional('@tensorflow/tfjs-backend-webgpu');
  if (backend === undefined) throw new Error("@tensorflow/tfjs-backend-webgpu is not installed. Run 'npm install @tensorflow/tfjs-backend-webgpu@4.22.0'");
  expectSameTensorFlow(backend);
  // It registers itself only where navigator.gpu is there by then.
  await import(pathToFileURL(backend).href);
}

export function describeWebGpu(): string {
  if (!adapter) return 'WebGPU';
  return adapter.info.isFallbackAdapter ? `CPU, WebGPU in software (${nameOf(adapter)})` : `GPU, WebGPU (${nameOf(adapter)})`;
}

async function findAdapter(): Promise<Adapter> {
  const path = resolveOptional('webgpu');
  if (path === undefined) throw new Error("not installed. Run 'npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0'");
  const { create, globals } = (await import(pathToFileURL(path).href)) as Dawn;
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; later ones have one without a GPU.
  const holder = globalThis as { navigator?: { gpu?: Gpu } };
  holder.navigator ??= {};
  const gpu = create([]);
  Object.defineProperty(holder.navigator, 'gpu', { value: gpu, configurable: true });
  const found = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (found) return found;
  // What is left of it would keep the process from ending.
  delete holder.navigator.gpu;
  throw new Error("Dawn found no adapter: it needs a GPU whose driver has Vulkan ('vulkaninfo' shows it), Metal or Direct3D 12");
}

function nameOf({ info: { vendor, device, description } }: Adapter): string {
  return description || device || vendor || 'an adapter without a name';
}
