import * as tf from '@tensorflow/tfjs';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { beforeStock, float32, int32, runOp, type KernelWrapper, type TensorFlowBackend } from './kernel.ts';

/** Kernels that only look at a tensor anew, of which gradients launch many. */
export const copyingKernels: readonly KernelWrapper[] = [
  beforeStock<{ x: Tensor }, { shape: number[] }>(tf.Reshape, ({ x }, { shape }, backend) => {
    if (x.dtype !== 'float32') return undefined;
    if (tf.util.arraysEqual(x.shape, shape)) return share(x, backend);
    // As stock does, without a tensor of TensorFlow.js around the shape.
    const { binding } = backend;
    const shapeId = binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape));
    const [reshaped] = runOp(backend, 'Reshape', { T: float32, Tshape: int32 }, [...backend.getInputTensorIds([x]), shapeId], 1);
    binding.deleteTensor(shapeId);
    return reshaped && backend.createOutputTensor(reshaped);
  }),
  beforeStock<{ x: Tensor }, { dtype: string }>(tf.Cast, ({ x }, { dtype }, backend) => (x.dtype === dtype ? share(x, backend) : undefined)),
];

/** The same numbers once more. */
function share(x: Tensor, backend: TensorFlowBackend): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
