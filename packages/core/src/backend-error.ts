/** Tells a backend that failed from code that did. */
import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';

/** The backend failed in the middle of a training: it ran out of memory, lost its device, or an op of it broke down. */
export class BackendError extends GanzooError {
  /** TensorFlow.js's name of the backend that failed. */
  readonly backend: string;
  /** The step under way, counted from 1. */
  readonly step: number;

  constructor(backend: string, step: number, said: string, options?: ErrorOptions) {
    super(
      'core/trainer',
      `the backend '${backend}' failed at step ${step}: ${said}. The weights may be those of half a step: choose the backend again, or another, and go on from the last checkpoint with Trainer.load(store, gan). If it ran out of memory, lower the batchSize, or end what else uses the device (on NVIDIA 'nvidia-smi' lists it).`,
      options,
    );
    this.backend = backend;
    this.step = step;
  }
}

/** The error as it is, or, where it is the backend's, as a {@link BackendError}. */
export async function blame(error: unknown, step: number): Promise<unknown> {
  if (error instanceof GanzooError || (!isOfBackend(error) && (await computes()))) return error;
  return new BackendError(tf.getBackend(), step, saidBy(error), { cause: error });
}

/** TensorFlow's native errors bear a number, of which 3 is an invalid argument. Running out of memory is a trap in WASM. */
function isOfBackend(error: unknown): boolean {
  if (typeof WebAssembly !== 'undefined' && error instanceof WebAssembly.RuntimeError) return true;
  return error instanceof Error && /^Invalid TF_Status: (?!3\b)/.test(error.message);
}

/** Whether the backend still does, whatever else was wrong. */
async function computes(): Promise<boolean> {
  try {
    const sum = tf.tidy(() => tf.add(1, 1));
    try {
      return (await sum.data())[0] === 2;
    } finally {
      sum.dispose();
    }
  } catch {
    return false;
  }
}

/** Without full stop; the kind where an error has no words, as a lost GPU's. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error.message || error.name).replace(/^Invalid TF_Status: \d+\s+Message: /, '').replace(/[\s.]+$/, '');
}
