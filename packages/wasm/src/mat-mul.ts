import * as tf from '@tensorflow/tfjs';
import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeStock } from './kernel.ts';
import { isWorthwhile, multiply } from './parallel/mat-mul.ts';

type Inputs = { a: Tensor; b: Tensor };
type Attrs = { transposeA: boolean; transposeB: boolean };
type Product = (a: Tensor, b: Tensor) => Tensor;

/**
 * Stock matrix products run XNNPACK for one pair of matrices that lie as they are multiplied, and a
 * scalar loop for anything else. So operands are transposed first and batches taken apart.
 */
export function withPlainProducts(stock: KernelConfig): KernelConfig {
  return beforeStock<Inputs, Attrs>(({ a, b }, { transposeA, transposeB }, backend) => {
    const batch = matrices(a) * matrices(b);
    const quick = batch === 1 ? onePair(a, b, transposeA, transposeB, backend) : undefined;
    if (quick) return quick;
    if (batch === 0 || (batch === 1 && !transposeA && !transposeB)) return undefined;
    const plain: Product = (left, right) => runStock(stock, { a: left, b: right }, untransposed, backend);
    return tf.tidy(() => {
      if (!flippedIsCheaper(a, b, transposeA, transposeB)) {
        return oneByOne(transposeA ? swapInnermost(a) : a, transposeB ? swapInnermost(b) : b, plain);
      }
      const flipped = oneByOne(transposeB ? b : swapInnermost(b), transposeA ? a : swapInnermost(a), plain);
      return swapInnermost(flipped);
    });
  })(stock);
}

function onePair(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean, backend: BackendWasm): TensorInfo | undefined {
  const [rows, inner] = [a.shape.at(transposeA ? -1 : -2)!, a.shape.at(transposeA ? -2 : -1)!];
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const outer = (a.rank > b.rank ? a : b).shape.slice(0, -2);
  const product = { rows, inner, columns, transposeA, transposeB };
  return isWorthwhile(product) ? multiply(backend, a, b, product, [...outer, rows, columns]) : undefined;
}

/** The fused product takes rank 3 and adds a bias along the last axis, so here operands are only transposed. */
export function withTransposedOperands(stock: KernelConfig): KernelConfig {
  return beforeStock<Inputs, Attrs>((inputs, attrs, backend) => {
    if (!attrs.transposeA && !attrs.transposeB) return undefined;
    return tf.tidy(() => {
      const a = attrs.transposeA ? swapInnermost(inputs.a) : inputs.a;
      const b = attrs.transposeB ? swapInnermost(inputs.b) : inputs.b;
      return runStock(stock, { ...inputs, a, b }, { ...attrs, ...untransposed }, backend);
    });
  })(stock);
}

const untransposed = { transposeA: false, transposeB: false };

/** Elements moved by transposing what lies wrong and by XNNPACK packing the right operand: AB against (BᵀAᵀ)ᵀ. */
function flippedIsCheaper(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): boolean {
  const [rows, inner] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const left = rows * inner;
  const right = inner * columns;
  const direct = (transposeA ? left : 0) + (transposeB ? right : 0) + right;
  const flipped = (transposeA ? 0 : left) + (transposeB ? 0 : right) + rows * columns + left;
  return flipped < direct;
}

/** Multiplies a batch pair by pair unless its matrices are so small that the scalar loop is done sooner. */
function oneByOne(a: Tensor, b: Tensor, plain: Product): Tensor {
  const batch = Math.max(matrices(a), matrices(b));
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const outer = (matrices(a) < batch ? b : a).shape.slice(0, -2);
  const regular = [a, b].every((x) => matrices(x) === 1 || x.shape.slice(0, -2).join() === outer.join());
  if (batch === 1 || !regular || rows * inner * columns < 32_768) return plain(a, b);
  const pick = (x: Tensor, n: number): Tensor => {
    const [height, width] = x.shape.slice(-2) as [number, number];
    const flat = tf.reshape(x, [-1, height, width]);
    return flat.shape[0] === 1 ? flat : tf.slice(flat, [n, 0, 0], [1, height, width]);
  };
  const products = Array.from({ length: batch }, (_, n) => tf.tidy(() => plain(pick(a, n), pick(b, n))));
  return tf.reshape(tf.concat(products, 0), [...outer, rows, columns]);
}

function matrices(x: Tensor): number {
  return tf.util.sizeFromShape(x.shape.slice(0, -2));
}

function swapInnermost(x: Tensor): Tensor {
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...order.slice(0, -2), rank - 1, rank - 2]);
}

/** A stock kernel's result as a tensor, which a tidy around it can keep. */
function runStock(stock: KernelConfig, inputs: object, attrs: object, backend: BackendWasm): Tensor {
  const result = stock.kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as tf.NamedAttrMap, backend });
  return tf.engine().makeTensorFromTensorInfo(result as TensorInfo);
}
