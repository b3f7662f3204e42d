/** Asks WebGPU for more than a buffer holds, then loses its device, and prints what reading says each time and once it is chosen again. */
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';

async function three(): Promise<number | string> {
  try {
    return (await tf.tidy(() => tf.add(1, 2)).data())[0] as number;
  } catch (error) {
    return String(error);
  }
}

const readings: (number | string)[] = [];
await useBackend('webgpu');
// 40 GB.
tf.tidy(() => void tf.matMul(tf.ones([1e5, 1]), tf.ones([1, 1e5])));
readings.push(await three());
await useBackend('webgpu');
readings.push(await three());
(tf.backend() as unknown as { device: { destroy(): void } }).device.destroy();
readings.push(await three());
await useBackend('webgpu');
readings.push(await three());
console.log(`RESULTS ${JSON.stringify(readings)}`);
