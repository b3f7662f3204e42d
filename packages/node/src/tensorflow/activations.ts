import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import { execute, float32, tensorFlowKernel } from './kernel.ts';

/** The gradients of activations. TensorFlow's take the input where the slope is one of lines, the output elsewhere. */
export const activationKernels: readonly KernelConfig[] = [
  tensorFlowKernel<{ dy: Tensor; x: Tensor }, object>('GanzooReluGrad', ({ dy, x }, _, backend) => execute(backend, 'ReluGrad', { T: float32 }, [dy, x])),
  tensorFlowKernel<{ dy: Tensor; x: Tensor }, { alpha: number }>('GanzooLeakyReluGrad', ({ dy, x }, { alpha }, backend) =>
    execute(backend, 'LeakyReluGrad', { alpha: { float: alpha }, T: float32 }, [dy, x]),
  ),
  tensorFlowKernel<{ dy: Tensor; y: Tensor }, object>('GanzooTanhGrad', ({ dy, y }, _, backend) => execute(backend, 'TanhGrad', { T: float32 }, [y, dy])),
  tensorFlowKernel<{ dy: Tensor; y: Tensor }, object>('GanzooSigmoidGrad', ({ dy, y }, _, backend) => execute(backend, 'SigmoidGrad', { T: float32 }, [y, dy])),
];
