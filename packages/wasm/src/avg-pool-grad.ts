import { AvgPoolGrad, type TensorInfo } from '@tensorflow/tfjs';
import { floats } from './heap.ts';
import { wasmKernel } from './kernel.ts';
import { forEachWindow, poolGeometry, type PoolAttrs } from './pool-geometry.ts';

type Inputs = { dy: TensorInfo; input: TensorInfo };

/** Shares each output's gradient among the inputs its average counted, which excludes the padding. */
export const avgPoolGrad = wasmKernel<Inputs, PoolAttrs>(AvgPoolGrad, ({ dy, input }, attrs, backend) => {
  const geometry = poolGeometry(input.shape, dy.shape, attrs);
  const { channels } = geometry;
  const out = backend.makeOutput(input.shape, 'float32');
  const dx = floats(backend, out).fill(0);
  const gradient = floats(backend, dy);
  forEachWindow(geometry, ({ start, rowStride, rows, columns }, output) => {
    const share = 1 / (rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const pixel = start + row * rowStride + column * channels;
        for (let c = 0; c < channels; c++) dx[pixel + c]! += gradient[output + c]! * share;
      }
    }
  });
  return out;
});
