import { util, type TensorInfo } from '@tensorflow/tfjs';
import { floats } from './heap.ts';
import { beforeStock } from './kernel.ts';

type Inputs = { x: TensorInfo };
type Attrs = { axis: number | number[]; keepDims: boolean };

/**
 * Sums over neighbouring axes that are not the innermost, as batch statistics and bias gradients do.
 * Stock transposes first and adds in float32; this reads the tensor in order and adds in float64.
 */
const leadingAxes = (divide: boolean) =>
  beforeStock<Inputs, Attrs>(({ x }, attrs, backend) => {
    const axes = util.parseAxisParam(attrs.axis, x.shape).toSorted((a, b) => a - b);
    const first = axes[0] ?? 0;
    const neighbours = axes.every((axis, i) => axis === first + i);
    const inner = util.sizeFromShape(x.shape.slice(first + axes.length));
    const count = util.sizeFromShape(axes.map((axis) => x.shape[axis]!));
    const outer = util.sizeFromShape(x.shape.slice(0, first));
    if (x.dtype !== 'float32' || !neighbours || inner < 2 || count === 0 || outer === 0) return undefined;
    const shape = x.shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : attrs.keepDims ? [1] : []));
    const out = backend.makeOutput(shape, 'float32');
    const source = floats(backend, x);
    const target = floats(backend, out);
    const sums = new Float64Array(inner);
    for (let block = 0; block < outer; block++) {
      sums.fill(0);
      addRows(source, block * count * inner, count, sums);
      for (let i = 0; i < inner; i++) target[block * inner + i] = divide ? sums[i]! / count : sums[i]!;
    }
    return out;
  });

/** Eight rows a pass, which loads and stores each running sum an eighth as often. */
function addRows(source: Float32Array, start: number, count: number, sums: Float64Array): void {
  const inner = sums.length;
  let row = 0;
  for (; row + 8 <= count; row += 8) {
    let at = start + row * inner;
    for (let i = 0; i < inner; i++, at++) {
      sums[i]! +=
        source[at]! +
        source[at + inner]! +
        source[at + 2 * inner]! +
        source[at + 3 * inner]! +
        source[at + 4 * inner]! +
        source[at + 5 * inner]! +
        source[at + 6 * inner]! +
        source[at + 7 * inner]!;
    }
  }
  for (; row < count; row++) {
    for (let i = 0; i < inner; i++) sums[i]! += source[start + row * inner + i]!;
  }
}

export const withOrderedSum = leadingAxes(false);
export const withOrderedMean = leadingAxes(true);
