import * as tf from '@tensorflow/tfjs';
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { tapsInside, type ConvolutionGeometry } from './conv2d-geometry.ts';
import { floats } from './heap.ts';

/**
 * One matrix product gives what every pixel of dy sends to every tap and input channel; adding
 * those columns up where they land gives the input gradient.
 */
export function inputGradientByColumns(dy: Tensor4D, filter: Tensor4D, geometry: ConvolutionGeometry, backend: BackendWasm): TensorInfo {
  const { batch, inChannels, outChannels, rows, columns } = geometry;
  const sent = tf.tidy(() => {
    const taps = rows.filter * columns.filter * inChannels;
    const pixels = batch * rows.output * columns.output;
    return tf.matMul(tf.reshape(dy, [pixels, outChannels]), tf.transpose(tf.reshape(filter, [taps, outChannels])));
  });
  const dx = backend.makeOutput([batch, rows.input, columns.input, inChannels], 'float32');
  scatter(floats(backend, sent), floats(backend, dx).fill(0), geometry);
  sent.dispose();
  return dx;
}

function scatter(sent: Float32Array, dx: Float32Array, { batch, inChannels, rows, columns }: ConvolutionGeometry): void {
  const run = columns.filter * inChannels;
  const inputRow = columns.input * inChannels;
  let from = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows.output; i++) {
      const [firstTap, lastTap] = tapsInside(rows, i);
      const top = n * rows.input + i * rows.stride - rows.padBefore;
      for (let j = 0; j < columns.output; j++) {
        const left = (j * columns.stride - columns.padBefore) * inChannels;
        const first = Math.max(0, -left);
        const last = Math.min(run, inputRow - left);
        for (let a = firstTap; a < lastTap; a++) {
          const source = from + a * run;
          const target = (top + a) * inputRow + left;
          for (let k = first; k < last; k++) dx[target + k]! += sent[source + k]!;
        }
        from += rows.filter * run;
      }
    }
  }
}
