import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect, test, vi } from 'vitest';

test('importing after the backend has started works, is silent, and is needed', async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
  const x = tf.ones([1, 4, 4, 1]);
  const filterGradient = (): number[] => {
    const f = (filter: tf.Tensor): tf.Tensor => tf.conv2d(x as Tensor4D, filter as Tensor4D, 2, 'valid');
    return [
      ...tf
        .grad(f)(tf.ones([2, 2, 1, 1]))
        .dataSync(),
    ];
  };
  expect(filterGradient).toThrow(/Conv2DBackpropFilter/);

  const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
  const { registerTrainingKernels, trainingKernels } = await import('@ganzoo/wasm');
  expect(filterGradient()).toEqual([4, 4, 4, 4]);

  const registered = trainingKernels.map((name) => tf.getKernel(name, 'wasm'));
  expect(registered).not.toContain(undefined);
  registerTrainingKernels();
  trainingKernels.forEach((name, i) => expect(tf.getKernel(name, 'wasm')).toBe(registered[i]));
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});
