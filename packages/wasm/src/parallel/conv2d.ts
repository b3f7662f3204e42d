import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { ConvolutionGeometry as Convolution } from '../conv2d-geometry.ts';
import { floats } from '../heap.ts';
import { zerosLength } from './memory.ts';
import { backwardPlans, filterPlan, forwardPlan, remembered } from './plans.ts';
import { gather, gatherRoom, outer, outerRoom, tileColumns, tileRows, type GatherPlan, type OuterPlan } from './products.ts';
import { workspace } from './threads.ts';

const rememberGather = remembered<GatherPlan[]>();
const rememberOuter = remembered<OuterPlan>();

/** `[batch, outRows, outColumns, outChannels]`; undefined where there is no room. */
export function forward(backend: BackendWasm, x: TensorInfo, filter: TensorInfo, convolution: Convolution): TensorInfo | undefined {
  const { batch, inChannels, outChannels, rows, columns } = convolution;
  const plans = rememberGather(`forward ${keyOf(convolution)}`, () => [forwardPlan(rows, columns, inChannels, outChannels)]);
  return gathered(backend, plans, { operand: x, filter, transposed: false, depth: inChannels, columns: outChannels }, [
    batch,
    rows.output,
    columns.output,
    outChannels,
  ]);
}

/** The gradient of the input, `[batch, inRows, inColumns, inChannels]`: what a transposed convolution computes. */
export function backwardInput(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, convolution: Convolution): TensorInfo | undefined {
  const { batch, inChannels, outChannels, rows, columns } = convolution;
  const plans = rememberGather(`input ${keyOf(convolution)}`, () => backwardPlans(rows, columns, inChannels, outChannels));
  return gathered(backend, plans, { operand: dy, filter, transposed: true, depth: outChannels, columns: inChannels }, [
    batch,
    rows.input,
    columns.input,
    inChannels,
  ]);
}

/** The gradient of the filter, `[filterRows, filterColumns, inChannels, outChannels]`. */
export function backwardFilter(backend: BackendWasm, x: TensorInfo, dy: TensorInfo, convolution: Convolution): TensorInfo | undefined {
  const { batch, inChannels, outChannels, rows, columns } = convolution;
  const plan = rememberOuter(keyOf(convolution), () => filterPlan(rows, columns, inChannels, outChannels));
  const space = workspace(sizeOf(x) + sizeOf(dy) + outerRoom(plan, inChannels, outChannels));
  if (!space) return undefined;
  const out = backend.makeOutput([rows.filter, columns.filter, inChannels, outChannels], 'float32');
  const left = space.put(floats(backend, x));
  const right = space.put(floats(backend, dy));
  const [leftStride, rightStride] = [sizeOf(x) / batch, sizeOf(dy) / batch];
  outer(space, { plan, left, leftStride, right, rightStride, rows: inChannels, columns: outChannels, images: batch }, () => floats(backend, out));
  return out;
}

interface Operands {
  readonly operand: TensorInfo;
  readonly filter: TensorInfo;
  readonly transposed: boolean;
  readonly depth: number;
  readonly columns: number;
}

/** Plans one after another into one result. */
function gathered(
  backend: BackendWasm,
  plans: readonly GatherPlan[],
  { operand, filter, transposed, depth, columns }: Operands,
  shape: number[],
): TensorInfo | undefined {
  const size = shape.reduce((a, b) => a * b, 1);
  const images = shape[0] as number;
  const space = workspace(sizeOf(operand) + sizeOf(filter) + size + plans.reduce((sum, plan) => sum + gatherRoom(plan, depth, columns), 0) + 256);
  if (!space) return undefined;
  const out = backend.makeOutput(shape, 'float32');
  const [operandAt, filterAt, outAt] = [space.put(floats(backend, operand)), space.put(floats(backend, filter)), space.allocate(size)];
  for (const plan of plans) {
    gather(space, {
      plan,
      operand: operandAt,
      operandStride: sizeOf(operand) / images,
      filter: filterAt,
      transposed,
      depth,
      columns,
      out: outAt,
      outStride: size / images,
      images,
    });
  }
  floats(backend, out).set(space.floats(outAt, size));
  return out;
}

/**
 * Whether a product of a convolution gains: narrow ones waste most of a tile, and small ones cost more to hand over than to
 * compute. The filter's gradient has the input's channels for rows, the other two have `depth` channels to sum over.
 */
export function isWorthwhile({ batch, inChannels, outChannels, rows, columns }: Convolution, product: 'forward' | 'input' | 'filter'): boolean {
  const [depth, wide] = product === 'input' ? [outChannels, inChannels] : [inChannels, outChannels];
  const multiplications = batch * rows.output * columns.output * rows.filter * columns.filter * inChannels * outChannels;
  return depth >= (product === 'filter' ? tileRows : 4) && depth <= zerosLength && wide >= tileColumns && multiplications >= 1e6;
}

function keyOf({ inChannels, outChannels, rows, columns }: Convolution): string {
  return [inChannels, outChannels, ...Object.values(rows), ...Object.values(columns)].join();
}

function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((a, b) => a * b, 1);
}
