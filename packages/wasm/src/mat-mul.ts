import * as tf from '@tensorflow/tfjs';
import type { KernelConfig, KernelFunc, Tensor } from '@tensorflow/tfjs';

/**
 * Stock matrix products leave XNNPACK for a scalar loop as soon as an operand is to be transposed.
 * Transposing it first costs a copy and keeps the fast path.
 */
export function withTransposedOperands(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    if (!transposeA && !transposeB) return stock.kernelFunc({ inputs, attrs: attrs!, backend });
    const { a, b } = inputs as unknown as { a: Tensor; b: Tensor };
    const left = transposeA ? swapInnermost(a) : a;
    const right = transposeB ? swapInnermost(b) : b;
    const product = stock.kernelFunc({
      inputs: { ...inputs, a: left, b: right },
      attrs: { ...attrs, transposeA: false, transposeB: false },
      backend,
    });
    if (left !== a) left.dispose();
    if (right !== b) right.dispose();
    return product;
  };
  return { ...stock, kernelFunc };
}

function swapInnermost(x: Tensor): Tensor {
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...order.slice(0, -2), rank - 1, rank - 2]);
}
