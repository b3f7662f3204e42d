import * as tf from '@tensorflow/tfjs';
import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import { execute, float32, tensorFlowKernel, type TensorFlowBackend } from './kernel.ts';

type ForwardInputs = { x: Tensor; scale: Tensor; offset: Tensor };
type BackwardInputs = { dy: Tensor; x: Tensor; scale: Tensor; mean: Tensor; variance: Tensor };
type Attrs = { epsilon: number };

/** The kernels of TensorFlow take images. */
function asImages(x: Tensor): Tensor {
  const channels = x.shape[x.rank - 1] as number;
  return x.rank === 4 ? x : tf.reshape(x, [x.size / channels, 1, 1, channels]);
}

function attributes(epsilon: number) {
  return { T: float32, U: float32, epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
}

const forward = tensorFlowKernel<ForwardInputs, Attrs>('GanzooBatchNorm', ({ x, scale, offset }, { epsilon }, backend) =>
  tf.tidy(() => {
    const none = tf.zeros([0]);
    const inputs = [asImages(x), scale, offset, none, none];
    const run = (wanted: readonly boolean[]): Tensor[] =>
      execute(backend, 'FusedBatchNormV3', { ...attributes(epsilon), exponential_avg_factor: { float: 1 } }, inputs, wanted);
    const [y, mean, variance] =
      // The output for moving averages holds the unbiased variance. The one for the gradient holds the biased one on a CPU, and something else on a GPU.
      (backend.isUsingGpuDevice ? biased(run([true, true, true, false, false, false]), x) : run([true, true, false, false, true, false])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
    return [tf.reshape(y, x.shape), mean, variance];
  }),
);

function biased([y, mean, variance]: Tensor[], x: Tensor): Tensor[] {
  const rows = x.size / (x.shape[x.rank - 1] as number);
  return [y as Tensor, mean as Tensor, tf.mul(variance as Tensor, (rows - 1) / rows)];
}

const backward = tensorFlowKernel<BackwardInputs, Attrs>('GanzooBatchNormGrad', ({ dy, x, scale, mean, variance }, { epsilon }, backend) =>
  tf.tidy(() => {
    const [dx, ...others] = execute(
      backend,
      'FusedBatchNormGradV3',
      attributes(epsilon),
      [asImages(dy), asImages(x), scale, mean, reserved(variance, epsilon, backend), tf.zeros([0])],
      [true, true, true, false, false],
    ) as [Tensor, Tensor, Tensor];
    return [tf.reshape(dx, x.shape), ...others];
  }),
);

/** What the forward kernel would have kept for the backward one: the variance on a CPU, 1 / standard deviation on a GPU. */
function reserved(variance: Tensor, epsilon: number, { isUsingGpuDevice }: TensorFlowBackend): Tensor {
  return isUsingGpuDevice ? tf.rsqrt(tf.add(variance, epsilon)) : variance;
}

export const batchNormKernels: readonly KernelConfig[] = [forward, backward];
