import * as tf from '@tensorflow/tfjs';
import { firstLine } from './native/refusal.ts';

interface Device {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: Event & { readonly error: { readonly message: string } }) => void): void;
}

/** As much as is used here of the class behind the backend. */
interface WebGpuBackend extends tf.KernelBackend {
  readonly device: Device;
  hasReadSyncWarned: boolean;
}

interface Health {
  /** What went wrong since the backend was chosen. */
  failure?: string | undefined;
  isLost: boolean;
}

/** Of the device asked for last. */
let last: Health = { isLost: false };
const watched = new WeakSet<tf.KernelBackend>();

/**
 * Makes what goes wrong on the device of the active backend fail every later reading, until the backend is chosen again:
 * TensorFlow.js would read zeros where a buffer was too large or found no room, and not say why where the device was lost.
 */
export function watchDevice(): void {
  const backend = tf.backend() as WebGpuBackend;
  // Warns that reading at once is slow before it fails, as it always does in Node: core knows, and goes without.
  backend.hasReadSyncWarned = true;
  if (watched.has(backend)) return;
  watched.add(backend);
  const health: Health = { isLost: false };
  last = health;
  backend.device.addEventListener('uncapturederror', (event) => {
    // Dawn would print it, and each that follows from it.
    event.preventDefault();
    health.failure ??= `${event.error.constructor.name}: ${firstLine(event.error.message)}`;
  });
  void backend.device.lost.then(({ reason, message }) => {
    health.isLost = true;
    health.failure ??= `its device was lost (${reason}: ${firstLine(message)})`;
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId).catch((error: unknown) => {
      throw health.failure === undefined ? error : new Error(health.failure, { cause: error });
    });
    if (health.failure !== undefined) throw new Error(health.failure);
    return values;
  };
}

/** Before the backend is chosen again: what went wrong is over, and a lost device is replaced, which the backend asks for when it is made. */
export function renewDevice(factory: () => tf.KernelBackend | Promise<tf.KernelBackend>): void {
  last.failure = undefined;
  if (!last.isLost) return;
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory);
}
