import type { io } from '@tensorflow/tfjs';

/** A TensorFlow.js layers model in a module. */
export interface StoredModel {
  readonly topology: object;
  readonly specs: readonly StoredWeight[];
  /** Values as float16, one tensor behind the other, in base64. */
  readonly weights: string;
}

interface StoredWeight {
  readonly name: string;
  readonly shape: number[];
}

/** What `tf.loadLayersModel(tf.io.fromMemory(...))` takes. */
export function artifactsOf({ topology, specs, weights }: StoredModel): io.ModelArtifacts {
  // TensorFlow.js writes the second type, and its own types do not know it.
  const quantization = { dtype: 'float16' as const, original_dtype: 'float32' as const };
  const weightSpecs = specs.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const, quantization }));
  return { modelTopology: topology, weightSpecs, weightData: Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)).buffer };
}
