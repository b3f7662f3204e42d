import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';

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

test('webgpu says that it is not there yet', async () => {
  await expect(useBackend('webgpu')).rejects.toThrow(/'webgpu' is not supported in Node yet; use 'auto'/);
});

test('small tensors stay on the GPU where there is one', async () => {
  tf.env().set('WEBGL_CPU_FORWARD', true);
  await useBackend('cpu');
  expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(false);
});

test('choosing a backend prints nothing', async () => {
  const prints = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => undefined));
  tf.removeBackend('cpu');
  tf.registerBackend('cpu', () => new (cpuBackend())(), 1);
  await useBackend('cpu');
  for (const print of prints) expect(print).not.toHaveBeenCalled();
});

test.each(['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'])('a backend whose %s is wrong is refused, and the one before stays', async (kernelName) => {
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
    await expect(useBackend('cpu')).rejects.toThrow(/'cpu': self-test: conv2d.* is wrong at value 5: expected .*, got NaN/);
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.memory().numTensors).toBe(before);
  } finally {
    tf.unregisterKernel(kernelName, 'cpu');
    tf.registerKernel(right);
  }
});

/** TensorFlow's binding cannot be installed here: a package with its name and its way of registering stands in for it. */
describe('tensorflow', () => {
  async function installed(name: string, code: string): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'ganzoo-binding-'));
    const dir = join(root, 'node_modules', '@tensorflow', name);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'package.json'), JSON.stringify({ name: `@tensorflow/${name}`, main: 'index.js' }));
    await writeFile(join(dir, 'index.js'), code);
    await symlink(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json')), join(dir, '..', 'tfjs'));
    vi.spyOn(process, 'cwd').mockReturnValue(root);
    cleanUp.push(() => rm(root, { recursive: true }));
    return dir;
  }
  const cleanUp: (() => Promise<void>)[] = [];
  afterEach(async () => {
    if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
    for (const kernel of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernel.kernelName, 'tensorflow');
    await Promise.all(cleanUp.splice(0).map((run) => run()));
  });

  const paths = [createRequire(import.meta.url).resolve('@tensorflow/tfjs'), cpuPath()].map((path) => JSON.stringify(path));
  const standIn = (rest: string): string => `
    if (!require('node:util').isNullOrUndefined(undefined)) throw new Error('not repaired');
    const tf = require(${paths[0]});
    const { MathBackendCPU } = require(${paths[1]});
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    class Binding extends MathBackendCPU { isUsingGpuDevice = true; firstUse = false; }
    tf.registerBackend('tensorflow', () => new Binding(), 3);
    ${rest}`;

  test('not installed: named, it says what to install; auto takes wasm and says why', async () => {
    await expect(useBackend('tensorflow')).rejects.toThrow(
      /tfjs-node-gpu is not installed; @tensorflow\/tfjs-node is not installed.*npm install @tensorflow\/tfjs-node@4\.22\.0/,
    );
    const active = await useBackend();
    expect(active).toMatchObject({ name: 'wasm', refused: [{ name: 'tensorflow', reason: expect.stringContaining('not installed') }] });
  });

  test('installed where the program runs: auto takes it', async () => {
    await installed('tfjs-node', standIn(''));
    expect(await useBackend()).toEqual({ name: 'tensorflow', device: 'GPU', refused: [] });
  });

  test('installed but broken: auto goes on', async () => {
    await installed('tfjs-node-gpu', "throw new Error('libtensorflow.so.2: cannot open shared object file\\nRequire stack: ...')");
    const active = await useBackend('auto');
    expect(active.name).toBe('wasm');
    expect(active.refused[0]?.reason).toMatch(
      /tfjs-node-gpu does not load: libtensorflow\.so\.2: cannot open shared object file; @tensorflow\/tfjs-node is not installed/,
    );
  });

  test('installed with a TensorFlow.js of its own: auto goes on without loading it', async () => {
    const dir = await installed('tfjs-node', "throw new Error('was loaded')");
    for (const name of ['tfjs', 'tfjs-core']) {
      await mkdir(join(dir, 'node_modules', '@tensorflow', name), { recursive: true });
      await writeFile(join(dir, 'node_modules', '@tensorflow', name, 'index.js'), '');
    }
    const active = await useBackend();
    expect(active.name).toBe('wasm');
    expect(active.refused[0]?.reason).toContain(`tfjs-node would bring a second TensorFlow.js (${join(dir, 'node_modules', '@tensorflow', 'tfjs-core')}`);
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
    expect(active.refused[0]?.reason).toMatch(/self-test: conv2d's filter gradient is wrong/);
  });
});

function cpuPath(): string {
  return createRequire(createRequire(import.meta.url).resolve('@tensorflow/tfjs')).resolve('@tensorflow/tfjs-backend-cpu');
}

function cpuBackend(): new () => tf.KernelBackend {
  return (createRequire(import.meta.url)(cpuPath()) as { MathBackendCPU: new () => tf.KernelBackend }).MathBackendCPU;
}
