import * as tf from '@tensorflow/tfjs';

/** A gradient for each input of a kernel. Each runs in a tidy of its own, and only when somebody asks for it. */
type InputGradients = Readonly<Record<string, () => tf.Tensor>>;

/**
 * The gradient of a kernel with one output.
 *
 * @param saves names of the inputs to keep from the forward pass; `result` keeps what the kernel returned.
 */
export function gradientOf<Saved extends string, Attributes>(
  kernelName: string,
  saves: readonly Saved[],
  run: (dy: tf.Tensor, saved: Readonly<Record<Saved, tf.Tensor>>, attributes: Attributes) => InputGradients,
): tf.GradConfig {
  const inputs = saves.filter((name) => name !== 'result');
  const names = [...inputs, ...saves.filter((name) => name === 'result')];
  return {
    kernelName,
    inputsToSave: inputs,
    outputsToSave: [names.length > inputs.length],
    gradFunc: (dy, saved, attributes) => {
      const byName = Object.fromEntries(names.map((name, index) => [name, saved[index]])) as Record<Saved, tf.Tensor>;
      return run(dy as tf.Tensor, byName, attributes as Attributes);
    },
  };
}

/** Runs a kernel that has no op of its own. */
export function runKernel(name: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
}

/** 1 where a condition holds and 0 elsewhere. */
export function mask(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}

/** Undoes broadcasting: sums `x` to the shape an operand had. */
export function sumTo(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], x.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(x, axes) : x, [...shape]);
}

/** A gradient of 0, for what a kernel takes no more than the order or the size of. */
export function none(x: tf.Tensor): () => tf.Tensor {
  return () => tf.zeros(x.shape);
}
