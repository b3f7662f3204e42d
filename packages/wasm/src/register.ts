import * as tf from '@tensorflow/tfjs';
import type { KernelConfig } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { adam } from './adam.ts';
import { avgPoolGrad } from './avg-pool-grad.ts';
import { withParallelConv2D } from './conv2d.ts';
import { conv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2DBackpropInput } from './conv2d-backprop-input.ts';
import { withRowConcat } from './concat.ts';
import { depthwiseConv2dBackpropFilter, depthwiseConv2dBackpropInput } from './depthwise-conv2d-backprop.ts';
import { withExplicitPadding } from './explicit-padding.ts';
import { withComposedBatchNorm } from './fused-batch-norm.ts';
import { withRowGather } from './gather.ts';
import { leakyReluGradient, tileGradient } from './gradients.ts';
import { withSharedIdentity } from './identity.ts';
import { withPreluLeakyRelu } from './leaky-relu.ts';
import { withPlainProducts, withTransposedOperands } from './mat-mul.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { withOrderedMean, withOrderedSum } from './reduce.ts';
import { withRowSlice } from './slice.ts';
import { withBlockTile } from './tile.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const implemented: readonly KernelConfig[] = [
  adam,
  avgPoolGrad,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  maxPoolGrad,
  unsortedSegmentSum,
];

/** Kernels that stay stock inside and get something around them. */
const wrapped: Readonly<Record<string, (stock: KernelConfig) => KernelConfig>> = {
  [tf.BatchMatMul]: withPlainProducts,
  [tf.Conv2D]: withParallelConv2D,
  _FusedMatMul: withTransposedOperands,
  [tf.FusedConv2D]: withExplicitPadding,
  [tf.DepthwiseConv2dNative]: withExplicitPadding,
  [tf.FusedDepthwiseConv2D]: withExplicitPadding,
  [tf.MaxPool]: withExplicitPadding,
  [tf.AvgPool]: withExplicitPadding,
  [tf.Concat]: withRowConcat,
  [tf.FusedBatchNorm]: withComposedBatchNorm,
  [tf.GatherV2]: withRowGather,
  [tf.Identity]: withSharedIdentity,
  [tf.LeakyRelu]: withPreluLeakyRelu,
  [tf.Mean]: withOrderedMean,
  [tf.Slice]: withRowSlice,
  [tf.Sum]: withOrderedSum,
  [tf.Tile]: withBlockTile,
};

/** The names of the kernels this package registers on the wasm backend. */
export const trainingKernels: readonly string[] = [...implemented.map((kernel) => kernel.kernelName), ...Object.keys(wrapped)];

let registered = false;

/** Registers the kernels once; importing the package has already done it. */
export function registerTrainingKernels(): void {
  if (registered) return;
  registered = true;
  for (const gradient of [leakyReluGradient, tileGradient]) {
    if (tf.getGradient(gradient.kernelName) !== undefined) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
  for (const kernel of implemented) replaceKernel(kernel);
  for (const [name, wrap] of Object.entries(wrapped)) {
    const stock = tf.getKernel(name, 'wasm');
    if (stock === undefined) throw new Error(`@tensorflow/tfjs-backend-wasm has no kernel ${name} to wrap.`);
    replaceKernel(wrap(stock));
  }
}

/** Registering a name that is taken warns, so the stock kernel goes first. */
function replaceKernel(kernel: KernelConfig): void {
  if (tf.getKernel(kernel.kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernel.kernelName, 'wasm');
  tf.registerKernel(kernel);
}
