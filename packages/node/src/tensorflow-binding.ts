import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { expectBinding } from './binding-check.ts';
import { readStamp } from './native/binding.ts';
import { findPackage, PACKAGES, resolveOptional, type PackageName } from './native/packages.ts';
import { firstLine } from './native/refusal.ts';
import { expectSameTensorFlow } from './one-tensorflow.ts';
import { isOutOfMemory, saidBy } from './reason.ts';

/**
 * Loads one of TensorFlow's native bindings, which registers the backend `tensorflow`.
 *
 * @throws Error saying why it could not be loaded, and what to do
 */
export async function loadTensorFlow(name: PackageName): Promise<void> {
  const loaded = loadedPackage();
  if (loaded === name) return;
  // Both register the same backend with the same kernels.
  if (loaded) throw new Error(`not tried: this process has loaded ${loaded}, and can have one of them`);
  const found = findPackage(name);
  if (!found) throw new Error('not installed');
  const require = createRequire(join(found.root, 'package.json'));
  const main = require.resolve(found.root);
  expectSameTensorFlow(main);

  // Its own notes on every start, such as which instructions it uses, are not for who asked for nothing; warnings are.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  await expectBinding(found, require);
  repairUtil();
  try {
    await import(pathToFileURL(main).href);
  } catch (error) {
    if (isOutOfMemory(error)) throw error;
    throw new Error(`it does not load: ${firstLine(saidBy(error))}`, { cause: error });
  }
}

/** The package whose backend is registered, whoever loaded it. */
function loadedPackage(): PackageName | undefined {
  if (!tf.findBackendFactory('tensorflow')) return undefined;
  const { cache } = createRequire(import.meta.url);
  return PACKAGES.find((name) => {
    const main = resolveOptional(name);
    return main !== undefined && cache[main] !== undefined;
  });
}

/** What the active backend computes on, in words. A package for GPUs without one says why. */
export async function describeTensorFlow(): Promise<string> {
  const { isUsingGpuDevice, isGPUPackage, binding } = tf.backend() as NativeBackend;
  const what = `native TensorFlow ${binding?.TF_Version ?? 'of unknown version'}`;
  if (isUsingGpuDevice) return `GPU, ${what}`;
  return `CPU, ${what}${isGPUPackage ? ` (@tensorflow/tfjs-node-gpu uses no GPU: ${await whyNoGpu()})` : ''}`;
}

/** As much as is used here of the class behind the backend. */
interface NativeBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly isGPUPackage?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

async function whyNoGpu(): Promise<string> {
  const path = findPackage('@tensorflow/tfjs-node-gpu')?.binding;
  const stamp = path === undefined ? undefined : await readStamp(path);
  if (stamp && !stamp.isGpu) return "it runs on TensorFlow's build for the CPU; 'npx ganzoo-tensorflow install --gpu' gets the one for GPUs";
  return 'TensorFlow found none it can use; with TF_CPP_MIN_LOG_LEVEL=0 in the environment it says why';
}

/** The bindings call a function that Node 23 removed. */
function repairUtil(): void {
  const patched = util as { isNullOrUndefined?: (value: unknown) => boolean };
  patched.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
