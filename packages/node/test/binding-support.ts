import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, vi } from 'vitest';

const require = createRequire(import.meta.url);
const ours = require.resolve('@tensorflow/tfjs');
const cpu = createRequire(ours).resolve('@tensorflow/tfjs-backend-cpu');

export const { MathBackendCPU: CpuBackend } = require(cpu) as { MathBackendCPU: new () => tf.KernelBackend };

/** In a package.json: where the package keeps its binding. */
export const withBinding = { binary: { module_name: 'tfjs_binding', module_path: './lib/napi-v{napi_build_version}' } };

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
  for (const kernel of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernel.kernelName, 'tensorflow');
  await Promise.all(cleanUp.splice(0).map((run) => run()));
});

/**
 * TensorFlow's binding cannot be installed here: a package with its name stands in for it, in a project that the program
 * runs in until the end of the test.
 */
export async function installed(name: string, code: string, manifest: object = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ganzoo-binding-'));
  const dir = join(root, 'node_modules', '@tensorflow', name);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), JSON.stringify({ name: `@tensorflow/${name}`, main: 'index.js', ...manifest }));
  await writeFile(join(dir, 'index.js'), code);
  await symlink(dirname(require.resolve('@tensorflow/tfjs/package.json')), join(dir, '..', 'tfjs'));
  vi.spyOn(process, 'cwd').mockReturnValue(root);
  cleanUp.push(() => rm(root, { recursive: true }));
  return dir;
}

/** What registers itself as the package does, and computes as the cpu backend does but for `rest`: it has no native ops to put in place of kernels. */
export function standIn(rest: string): string {
  return `
    if (!require('node:util').isNullOrUndefined(undefined)) throw new Error('not repaired');
    const tf = require(${JSON.stringify(ours)});
    const { MathBackendCPU } = require(${JSON.stringify(cpu)});
    class Binding extends MathBackendCPU { isUsingGpuDevice = true; firstUse = false; binding = { TF_Version: '2.21.0' }; }
    tf.registerBackend('tensorflow', () => {
      for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
      tf.copyRegisteredKernels('cpu', 'tensorflow');
      ${rest}
      return new Binding();
    }, 3);`;
}

/** A backend on WebGPU that computes as the cpu backend does, on a device that can be lost, in a project that has Dawn too. */
export async function installedWebGpu(code: string): Promise<string> {
  const dir = await installed('tfjs-backend-webgpu', code);
  const dawn = join(dir, '..', '..', 'webgpu');
  await mkdir(dawn);
  await writeFile(
    join(dawn, 'index.js'),
    "exports.globals = {}; exports.create = () => ({ requestAdapter: async () => ({ info: { description: 'a card' } }) });",
  );
  return dir;
}

export const standInOnGpu = `
  const tf = require(${JSON.stringify(ours)});
  const { MathBackendCPU } = require(${JSON.stringify(cpu)});
  tf.copyRegisteredKernels('cpu', 'webgpu');
  class Backend extends MathBackendCPU {
    firstUse = false;
    device = Object.assign(new EventTarget(), { lost: new Promise((resolve) => (this.lose = resolve)) });
  }
  tf.registerBackend('webgpu', async () => new Backend(), 3);`;
