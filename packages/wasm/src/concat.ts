import { util, type TensorInfo } from '@tensorflow/tfjs';
import { copyRows, heapSpan } from './heap.ts';
import { beforeStock } from './kernel.ts';

/** Copies rows inside the heap; stock makes two views per row, which is slow for short rows. */
export const withRowConcat = beforeStock<TensorInfo[], { axis: number }>((inputs, attrs, backend) => {
  const [first] = inputs;
  if (first === undefined || first.dtype === 'string' || inputs.length === 1) return undefined;
  const axis = util.parseAxisParam(attrs.axis, first.shape)[0]!;
  const agrees = ({ shape }: TensorInfo): boolean => shape.length === first.shape.length && shape.every((size, i) => i === axis || size === first.shape[i]);
  if (!inputs.every(agrees)) return undefined;
  const shape = [...first.shape];
  shape[axis] = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
  const out = backend.makeOutput(shape, first.dtype);
  const { heap, start } = heapSpan(backend, out);
  const count = util.sizeFromShape(shape.slice(0, axis));
  const toStride = util.sizeFromShape(shape.slice(axis));
  let to = start;
  for (const input of inputs) {
    const length = util.sizeFromShape(input.shape.slice(axis));
    copyRows(heap, { from: heapSpan(backend, input).start, fromStride: length, to, toStride, length, count });
    to += length;
  }
  return out;
});
