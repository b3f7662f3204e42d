import type { TensorInfo } from '@tensorflow/tfjs';
import { floats } from './heap.ts';
import { wasmKernel } from './kernel.ts';

type Inputs = { gradient: TensorInfo; mean: TensorInfo; square: TensorInfo; variable: TensorInfo };
type Attrs = { beta1: number; beta2: number; rate: number; epsilon: number };

/**
 * One update of Adam in one pass over memory, where `@ganzoo/core` composes it of eleven kernels: the new mean, square and
 * variable. `rate` and `epsilon` have the corrections of the moments in them.
 */
export const adam = wasmKernel<Inputs, Attrs, TensorInfo[]>('GanzooAdam', ({ gradient, mean, square, variable }, { beta1, beta2, rate, epsilon }, backend) => {
  const results = [mean, square, variable].map(({ shape }) => backend.makeOutput(shape, 'float32'));
  const [g, m, v, w] = [gradient, mean, square, variable].map((input) => floats(backend, input)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [newM, newV, newW] = results.map((result) => floats(backend, result)) as [Float32Array, Float32Array, Float32Array];
  for (let i = 0; i < g.length; i++) {
    const slope = g[i]!;
    const first = beta1 * m[i]! + (1 - beta1) * slope;
    const second = beta2 * v[i]! + (1 - beta2) * slope * slope;
    newM[i] = first;
    newV[i] = second;
    newW[i] = w[i]! - (rate * first) / (Math.sqrt(second) + epsilon);
  }
  return results;
});
