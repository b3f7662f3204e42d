import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import { execute, float32, tensorFlowKernel } from './kernel.ts';

const channelsLast = { T: float32, data_format: 'NHWC' };

export const biasKernels: readonly KernelConfig[] = [
  tensorFlowKernel<{ x: Tensor; bias: Tensor }, object>('GanzooBiasAdd', ({ x, bias }, _, backend) => execute(backend, 'BiasAdd', channelsLast, [x, bias])),
  tensorFlowKernel<{ dy: Tensor }, object>('GanzooBiasAddGrad', ({ dy }, _, backend) => execute(backend, 'BiasAddGrad', channelsLast, [dy])),
];
