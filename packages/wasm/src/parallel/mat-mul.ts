import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { floats } from '../heap.ts';
import { zerosLength } from './memory.ts';
import { remembered, rowsPlan } from './plans.ts';
import { gather, gatherRoom, outer, outerRoom, type GatherPlan, type OuterPlan } from './products.ts';
import { workspace } from './threads.ts';

const rememberRows = remembered<GatherPlan>();
const rememberOuter = remembered<OuterPlan>();

/** A product of two matrices, given by the sizes they have once transposed. */
export interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Whether a product gains by being shared out; one with both operands transposed is not made here. */
export function isWorthwhile({ rows, inner, columns, transposeA, transposeB }: Product): boolean {
  return rows * inner * columns >= 2e5 && columns >= 4 && rows >= 4 && inner <= zerosLength && !(transposeA && transposeB);
}

/** The product into a new tensor of `shape`; undefined where there is no room. */
export function multiply(backend: BackendWasm, a: TensorInfo, b: TensorInfo, product: Product, shape: number[]): TensorInfo | undefined {
  // Turning the left operand over pays when each of its values is then used often enough.
  return product.transposeA && product.rows < 64 ? leftTransposed(backend, a, b, product, shape) : byRows(backend, a, b, product, shape);
}

function byRows(
  backend: BackendWasm,
  a: TensorInfo,
  b: TensorInfo,
  { rows, inner, columns, transposeA, transposeB }: Product,
  shape: number[],
): TensorInfo | undefined {
  const plan = rememberRows([rows, inner, columns].join(), () => rowsPlan(rows, inner, columns));
  const space = workspace((transposeA ? 2 : 1) * rows * inner + inner * columns + rows * columns + gatherRoom(plan, inner, columns) + 320);
  if (!space) return undefined;
  const out = backend.makeOutput(shape, 'float32');
  const [left, filter, outAt] = [space.put(floats(backend, a)), space.put(floats(backend, b)), space.allocate(rows * columns)];
  const operand = transposeA ? space.allocate(rows * inner) : left;
  if (transposeA) space.exports.flip(left, operand, inner, rows);
  gather(space, { plan, operand, operandStride: 0, filter, transposed: transposeB, depth: inner, columns, out: outAt, outStride: 0, images: 1 });
  floats(backend, out).set(space.floats(outAt, rows * columns));
  return out;
}

/** `a` lies as [inner, rows]: the sum of the outer products of its rows with those of `b`. */
function leftTransposed(backend: BackendWasm, a: TensorInfo, b: TensorInfo, { rows, inner, columns }: Product, shape: number[]): TensorInfo | undefined {
  // Summed a stretch at a time, so that a stretch of both operands stays in the cache while all tiles pass over it.
  const stretch = stretchOf(inner);
  const plan = rememberOuter([stretch, rows, columns].join(), () => ({
    pairs: Int32Array.from({ length: 2 * stretch }, (_, i) => (i >> 1) * (i & 1 ? columns : rows)),
    starts: Int32Array.of(0, stretch),
  }));
  const space = workspace(inner * rows + inner * columns + outerRoom(plan, rows, columns) + 256);
  if (!space) return undefined;
  const out = backend.makeOutput(shape, 'float32');
  const [left, right] = [space.put(floats(backend, a)), space.put(floats(backend, b))];
  const operands = { left, leftStride: stretch * rows, right, rightStride: stretch * columns };
  outer(space, { plan, ...operands, rows, columns, images: inner / stretch }, () => floats(backend, out));
  return out;
}

/** The largest divisor of at most 256, if there is a useful one. */
function stretchOf(inner: number): number {
  for (let size = Math.min(inner, 256); size >= 32; size--) if (inner % size === 0) return size;
  return inner;
}
