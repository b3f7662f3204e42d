import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installedWebGpu, standInOnGpu } from './binding-support.ts';

interface Backend extends tf.KernelBackend {
  readonly device: EventTarget;
  readonly lose: (info: { reason: string; message: string }) => void;
}
/** No Error in WebGPU either. */
class GPUOutOfMemoryError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

beforeEach(() => installedWebGpu(standInOnGpu));
afterEach(() => {
  tf.removeBackend('webgpu');
  for (const { kernelName } of tf.getKernelsForBackend('webgpu')) tf.unregisterKernel(kernelName, 'webgpu');
  vi.restoreAllMocks();
});

const backend = (): Backend => tf.backend() as Backend;
const three = async (): Promise<number | undefined> => (await tf.tidy(() => tf.add(1, 2)).data())[0];

test('an error of the device that nothing catches fails every later reading, and is not printed; chosen again, it reads again', async () => {
  expect(await useBackend('webgpu')).toMatchObject({ name: 'webgpu', device: 'GPU, WebGPU (a card)' });
  const before = backend();
  for (const message of ['no room for 4 GB.\n - While calling CreateBuffer', 'what follows from it']) {
    const event = Object.assign(new Event('uncapturederror', { cancelable: true }), { error: new GPUOutOfMemoryError(message) });
    before.device.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
  }
  for (let i = 0; i < 2; i++) await expect(three()).rejects.toThrow(/^GPUOutOfMemoryError: no room for 4 GB$/);
  await useBackend('webgpu');
  expect(backend()).toBe(before);
  expect(await three()).toBe(3);
});

test('a lost device fails every later reading and says why; chosen again, there is another', async () => {
  await useBackend('webgpu');
  const before = backend();
  before.lose({ reason: 'unknown', message: 'the GPU hung.' });
  await expect(three()).rejects.toThrow(/^its device was lost \(unknown: the GPU hung\)$/);
  await useBackend('webgpu');
  expect(backend()).not.toBe(before);
  expect(await three()).toBe(3);
});
