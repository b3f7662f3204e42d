import { slice_util, util, type TensorInfo } from '@tensorflow/tfjs';
import { copyRows, heapSpan } from './heap.ts';
import { beforeStock } from './kernel.ts';

type Inputs = { x: TensorInfo };
type Attrs = { begin: number | number[]; size: number | number[] };

/** Copies the wanted rows only; stock first copies the whole input out of the heap. */
export const withRowSlice = beforeStock<Inputs, Attrs>(({ x }, attrs, backend) => {
  if (x.dtype === 'string') return undefined;
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  const out = backend.makeOutput(size, x.dtype);
  if (util.sizeFromShape(size) === 0) return out;
  const { heap, start } = heapSpan(backend, out);
  const stride = (axis: number): number => util.sizeFromShape(x.shape.slice(axis + 1));
  // The axes after the last cropped one travel as one row.
  const cropped = size.findLastIndex((length, axis) => length !== x.shape[axis]);
  const rowAxis = Math.max(cropped, 0);
  const length = util.sizeFromShape(size.slice(rowAxis));
  const countAxis = rowAxis - 1;
  let to = start;

  const copy = (axis: number, from: number): void => {
    if (axis >= countAxis) {
      const fromStride = countAxis < 0 ? 0 : stride(countAxis);
      const count = countAxis < 0 ? 1 : size[countAxis]!;
      copyRows(heap, { from, fromStride, to, toStride: length, length, count });
      to += length * count;
      return;
    }
    for (let i = 0; i < size[axis]!; i++) copy(axis + 1, from + i * stride(axis));
  };
  const offset = begin.reduce((sum, first, axis) => sum + first * stride(axis), 0);
  copy(0, heapSpan(backend, x).start + offset);
  return out;
});
