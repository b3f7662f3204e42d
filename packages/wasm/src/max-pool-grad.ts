import { MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs';
import { floats } from './heap.ts';
import { wasmKernel } from './kernel.ts';
import { forEachWindow, poolGeometry, type PoolAttrs } from './pool-geometry.ts';

type Inputs = { dy: TensorInfo; input: TensorInfo };

/** Sends each output's gradient to the first largest input of its window, which may win several windows. */
export const maxPoolGrad = wasmKernel<Inputs, PoolAttrs>(MaxPoolGrad, ({ dy, input }, attrs, backend) => {
  const geometry = poolGeometry(input.shape, dy.shape, attrs);
  const { channels } = geometry;
  const out = backend.makeOutput(input.shape, 'float32');
  const dx = floats(backend, out).fill(0);
  const x = floats(backend, input);
  const gradient = floats(backend, dy);
  const largest = new Float32Array(channels);
  const winners = new Int32Array(channels);
  forEachWindow(geometry, ({ start, rowStride, rows, columns }, output) => {
    largest.fill(-Infinity);
    winners.fill(-1);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const pixel = start + row * rowStride + column * channels;
        for (let c = 0; c < channels; c++) {
          if (x[pixel + c]! > largest[c]!) {
            largest[c] = x[pixel + c]!;
            winners[c] = pixel + c;
          }
        }
      }
    }
    for (let c = 0; c < channels; c++) if (winners[c]! >= 0) dx[winners[c]!]! += gradient[output + c]!;
  });
  return out;
});
