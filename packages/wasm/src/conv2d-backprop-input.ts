import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import { inputGradientByColumns } from './conv2d-columns.ts';
import { convolutionGeometry, type ConvolutionAttrs, type ConvolutionGeometry } from './conv2d-geometry.ts';
import { inputGradientByPhases } from './conv2d-phases.ts';
import { backwardInput, isWorthwhile } from './parallel/conv2d.ts';
import { wasmKernel } from './kernel.ts';

type Inputs = { dy: Tensor4D; filter: Tensor4D };
type Attrs = ConvolutionAttrs & { inputShape: number[] };

export const conv2DBackpropInput = wasmKernel<Inputs, Attrs>(tf.Conv2DBackpropInput, ({ dy, filter }, attrs, backend) => {
  const geometry = convolutionGeometry(tf.Conv2DBackpropInput, attrs.inputShape, filter.shape, dy.shape, attrs);
  const quick = isWorthwhile(geometry, 'input') ? backwardInput(backend, dy, filter, geometry) : undefined;
  if (quick) return quick;
  return columnsAreCheaper(geometry) ? inputGradientByColumns(dy, filter, geometry, backend) : inputGradientByPhases(dy, filter, geometry);
});

/**
 * XNNPACK computes channels eight at a time, so a phase with few of them wastes most of its work.
 * Counted in multiplications per pixel of dy; scattering one column costs about as much as twelve.
 */
function columnsAreCheaper({ inChannels, outChannels, rows, columns }: ConvolutionGeometry): boolean {
  const taps = rows.filter * columns.filter;
  const byPhases = taps * roundUpToEight(inChannels) * outChannels;
  const byColumns = roundUpToEight(taps * inChannels) * outChannels + 12 * taps * inChannels;
  return byColumns < byPhases;
}

function roundUpToEight(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}
