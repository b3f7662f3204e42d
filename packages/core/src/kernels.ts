import * as tf from '@tensorflow/tfjs';

/**
 * A kernel of ours: composed of TensorFlow.js ops wherever a backend has no faster one registered under its name.
 *
 * Going through the kernel registry (and not `tf.customGrad`) is what makes second derivatives possible: the tape keeps
 * the inputs linked to where they came from, and a backend package can put a fused kernel in place without touching this one.
 */
export interface ComposedKernel {
  readonly name: string;
  /** Runs off the tape. */
  readonly compute: (inputs: Record<string, tf.Tensor>, attributes: Record<string, number>) => tf.Tensor[];
  readonly gradient?: {
    readonly inputsToSave: readonly string[];
    /** By index of what `compute` returns. */
    readonly outputsToSave: readonly boolean[];
    readonly run: (dy: tf.Tensor[], saved: tf.Tensor[], attributes: Record<string, number>) => Record<string, () => tf.Tensor>;
  };
}

/** Declares a kernel and returns the function that runs it on the active backend. */
export function composedKernel({
  name,
  compute,
  gradient,
}: ComposedKernel): (inputs: Record<string, tf.Tensor>, attributes: Record<string, number>) => tf.Tensor[] {
  const kernelFunc = ({ inputs, attrs }: { inputs: unknown; attrs?: unknown }): tf.Tensor[] =>
    tf.tidy(() => compute(inputs as Record<string, tf.Tensor>, attrs as Record<string, number>));

  return (inputs, attributes) => {
    if (gradient && !tf.getGradient(name)) {
      tf.registerGradient({
        kernelName: name,
        inputsToSave: [...gradient.inputsToSave],
        outputsToSave: [...gradient.outputsToSave],
        gradFunc: (dy, saved, attrs) => gradient.run(Array.isArray(dy) ? dy : [dy], saved, attrs as unknown as Record<string, number>),
      });
    }
    const backend = tf.getBackend();
    if (!tf.getKernel(name, backend)) {
      tf.registerKernel({ kernelName: name, backendName: backend, kernelFunc: kernelFunc as tf.KernelFunc });
    }
    const result = tf.engine().runKernel(name, inputs, attributes) as tf.Tensor | tf.Tensor[];
    return Array.isArray(result) ? result : [result];
  };
}

/** Whether a gradient is being computed inside a function that is itself being differentiated. */
export function isNestedGradient(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** TensorFlow.js keeps what a gradient saved on its tape when the differentiated function throws: gives it back. */
export function disposeTape(): void {
  if (isNestedGradient()) return;
  const { state } = tf.engine();
  for (const node of state.activeTape ?? []) for (const saved of node.saved ?? []) if (!saved.isDisposed) saved.dispose();
  state.activeTape = [];
}
