import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CpuBackend, installed, standIn } from './binding-support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(['wasm', 'cpu'] as const)('%s works, and keeps no tensor', async (name) => {
  const before = tf.memory().numTensors;
  const active = await useBackend(name);
  expect(active).toMatchObject({ name, refused: [] });
  expect(active.device).toMatch(/^CPU, /);
  expect(tf.getBackend()).toBe(name);
  expect(tf.memory().numTensors).toBe(before);
  // Optimizers and losses take it for theirs: 1e-4, that of half precision, would stall them.
  expect(tf.backend().epsilon()).toBe(1e-7);
});

test('starting wasm leaves the process as it was, so that errors print as errors', async () => {
  const listeners = () => ['uncaughtException', 'unhandledRejection'].map((event) => process.listeners(event as 'warning').length);
  await useBackend('wasm');
  const start = tf.findBackendFactory('wasm');
  await useBackend('cpu');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', start, 2);
  const before = listeners();
  await useBackend('wasm');
  expect(listeners()).toEqual(before);
});

test('an unknown name lists the valid ones', async () => {
  await expect(useBackend('webgl' as 'cpu')).rejects.toThrow(/'auto', 'tensorflow', 'webgpu', 'wasm', 'cpu', got 'webgl'/);
});

test('webgpu that is not installed says what to install', async () => {
  await expect(useBackend('webgpu')).rejects.toThrow(/'webgpu': not installed\. Run 'npm install webgpu @tensorflow\/tfjs-backend-webgpu@4\.22\.0'.*'auto'/);
});

test('small tensors stay on the GPU where there is one', async () => {
  tf.env().set('WEBGL_CPU_FORWARD', true);
  await useBackend('cpu');
  expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(false);
});

test('choosing a backend prints nothing', async () => {
  const prints = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => undefined));
  tf.removeBackend('cpu');
  tf.registerBackend('cpu', () => new CpuBackend(), 1);
  await useBackend('cpu');
  for (const print of prints) expect(print).not.toHaveBeenCalled();
});

test.each([
  ['Conv2D', 'conv2d'],
  ['Conv2DBackpropInput', "conv2d's input gradient"],
  ['Conv2DBackpropFilter', "conv2d's filter gradient"],
  ['Tanh', 'a second derivative, through conv2d and tanh,'],
])('a backend whose %s is wrong is refused, and the one before stays', async (kernelName, what) => {
  await useBackend('cpu');
  await useBackend('wasm');
  const right = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({
    ...right,
    kernelFunc: (args) => {
      const result = right.kernelFunc(args) as tf.TensorInfo;
      (tf.backend().readSync(result.dataId) as Float32Array)[5] = NaN;
      return result;
    },
  });
  const before = tf.memory().numTensors;
  try {
    await expect(useBackend('cpu')).rejects.toThrow(new RegExp(`'cpu': self-test: ${what} is wrong at value \\d+: expected .*, got NaN`));
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.memory().numTensors).toBe(before);
  } finally {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(right);
  }
});

describe('tensorflow', () => {
  test('not installed: named, it says what to install; auto takes wasm and says why', async () => {
    await expect(useBackend('tensorflow')).rejects.toThrow(
      /'@tensorflow\/tfjs-node-gpu': not installed; '@tensorflow\/tfjs-node': not installed\. Run 'npm install .*@tensorflow\/tfjs-node@4\.22\.0'/,
    );
    const { name, refused } = await useBackend();
    expect(name).toBe('wasm');
    expect(refused.map((entry) => entry.name)).toEqual(['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', 'webgpu']);
    for (const { reason } of refused) expect(reason).toMatch(/^not installed/);
  });

  test('installed where the program runs: auto takes it', async () => {
    await installed('tfjs-node', standIn(''));
    const refused = [{ name: '@tensorflow/tfjs-node-gpu', reason: 'not installed' }];
    expect(await useBackend()).toEqual({ name: 'tensorflow', device: 'GPU, native TensorFlow 2.21.0', refused });
  });

  test('installed but broken: auto goes on', async () => {
    await installed('tfjs-node-gpu', "throw new Error('libtensorflow.so.2: cannot open shared object file\\nRequire stack: ...')");
    const active = await useBackend('auto');
    expect(active.name).toBe('wasm');
    expect(active.refused[0]).toEqual({
      name: '@tensorflow/tfjs-node-gpu',
      reason: 'it does not load: libtensorflow.so.2: cannot open shared object file',
    });
  });

  test('installed for GPUs, but using none: taken, and the device says so', async () => {
    await installed('tfjs-node-gpu', standIn('').replace('isUsingGpuDevice = true', 'isGPUPackage = true; isUsingGpuDevice = false'));
    const { device } = await useBackend('tensorflow');
    expect(device).toMatch(/^CPU, native TensorFlow 2\.21\.0 \(@tensorflow\/tfjs-node-gpu uses no GPU: .*TF_CPP_MIN_LOG_LEVEL=0/);
  });

  test('installed but computing nonsense: auto goes on', async () => {
    await installed(
      'tfjs-node',
      standIn(`
      const right = tf.getKernel('Conv2DBackpropFilter', 'tensorflow');
      tf.unregisterKernel('Conv2DBackpropFilter', 'tensorflow');
      tf.registerKernel({ ...right, kernelFunc: (args) => { const r = right.kernelFunc(args); tf.backend().readSync(r.dataId).fill(0); return r; } });`),
    );
    const active = await useBackend();
    expect(active.name).toBe('wasm');
    expect(active.refused[1]?.reason).toMatch(/self-test: conv2d's filter gradient is wrong/);
  });
});
