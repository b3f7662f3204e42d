import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { ConvolutionAxis, ConvolutionGeometry } from './conv2d-geometry.ts';
import { paddedConv2d, type AxisPadding } from './padded-conv2d.ts';

/**
 * Input positions that agree modulo the stride see the same subset of the filter's taps, so each
 * such phase of the input gradient is a small stride-1 convolution of dy; interleaving them gives dx.
 */
export function inputGradientByPhases(dy: Tensor4D, filter: Tensor4D, geometry: ConvolutionGeometry): Tensor4D {
  const { batch, inChannels, outChannels, rows, columns } = geometry;
  return tf.tidy(() => {
    const taps = tf.reshape(tf.transpose(filter, [0, 1, 3, 2]), [rows.filter * columns.filter, outChannels * inChannels]) as Tensor2D;
    const height = Math.ceil(rows.input / rows.stride);
    const width = Math.ceil(columns.input / columns.stride);
    const columnPhases = phasesOf(columns);
    const planes = phasesOf(rows).map((row) => {
      const phases = columnPhases.map((column) => {
        if (row.taps.length === 0 || column.taps.length === 0) return tf.zeros([batch, height, width, inChannels]);
        const indices = row.taps.flatMap((a) => column.taps.map((b) => a * columns.filter + b));
        const kernel = tf.gather(taps, tf.tensor1d(indices, 'int32')).reshape<Tensor4D>([row.taps.length, column.taps.length, outChannels, inChannels]);
        return paddedConv2d(dy, kernel, row.padding, column.padding);
      });
      return tf.reshape(concatInnermost(phases), [batch, height, width * columns.stride * inChannels]);
    });
    const full = tf.reshape(concatInnermost(planes), [batch, height * rows.stride, width * columns.stride, inChannels]) as Tensor4D;
    if (full.shape[1] === rows.input && full.shape[2] === columns.input) return full;
    return tf.slice(full, [0, 0, 0, 0], [batch, rows.input, columns.input, inChannels]);
  });
}

type Phase = { readonly taps: readonly number[]; readonly padding: AxisPadding };

/** The taps each phase reads, last first because a gradient correlates backwards, and where its window starts. */
function phasesOf({ input, output, filter, stride, padBefore }: ConvolutionAxis): readonly Phase[] {
  const length = Math.ceil(input / stride);
  return Array.from({ length: stride }, (_, phase) => {
    const firstTap = (phase + padBefore) % stride;
    const firstOutput = Math.floor((phase + padBefore) / stride);
    const taps: number[] = [];
    for (let tap = firstTap; tap < filter; tap += stride) taps.unshift(tap);
    return { taps, padding: [taps.length - 1 - firstOutput, firstOutput + length - output] };
  });
}

function concatInnermost(parts: readonly tf.Tensor[]): tf.Tensor {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return tf.concat([...parts], -1);
}
