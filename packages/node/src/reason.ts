import { firstLine } from './native/refusal.ts';

/** As TensorFlow and the libraries of CUDA say it. */
const OUT_OF_MEMORY = /RESOURCE_EXHAUSTED|OOM when allocating|OUT_OF_MEMORY|ALLOC_FAILED|out of memory|failed to allocate|allocation\b.*\bexceeds/i;

/** Why a backend cannot be used, out of what was thrown, and what to do where it found no memory. */
export function reasonOf(error: unknown): string {
  const said = saidBy(error);
  if (!isOutOfMemory(error)) return said;
  return (
    `it found no memory for a few small tensors: ${firstLine(said)}. End what else uses the device (on NVIDIA 'nvidia-smi' lists it), ` +
    'or set TF_FORCE_GPU_ALLOW_GROWTH=true in the environment, so that TensorFlow takes what it needs and not all there is. ' +
    'Where it starts and runs out of memory later, lower the batch size'
  );
}

export function isOutOfMemory(error: unknown): boolean {
  return OUT_OF_MEMORY.test(saidBy(error));
}

/** TensorFlow's own words where the binding passes them on below a number; the kind where an error has no words, as a lost GPU's. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const native = /^Invalid TF_Status: \d+\s+Message: ([^]+)$/.exec(error.message)?.[1];
  return native ?? (error.message || error.name);
}
