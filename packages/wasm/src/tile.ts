import { util, type TensorInfo } from '@tensorflow/tfjs';
import { heapSpan, type HeapSpan } from './heap.ts';
import { beforeStock } from './kernel.ts';

type Inputs = { x: TensorInfo };
type Attrs = { reps: readonly number[] };

/** Repeats whole blocks by copying them; stock works out every element's coordinates. */
export const withBlockTile = beforeStock<Inputs, Attrs>(({ x }, { reps }, backend) => {
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  if (x.dtype === 'string' || util.sizeFromShape(shape) === 0) return undefined;
  const out = backend.makeOutput(shape, x.dtype);
  const { heap, start } = heapSpan(backend, out);
  // From this axis on the input is one contiguous piece of the output.
  const whole = reps.findLastIndex((times) => times > 1) + 1;

  const tile = (axis: number, from: number, to: number): void => {
    const length = util.sizeFromShape(x.shape.slice(axis));
    if (axis >= whole) {
      heap.copyWithin(to, from, from + length);
      return;
    }
    const size = x.shape[axis]!;
    const spacing = util.sizeFromShape(shape.slice(axis + 1));
    for (let i = 0; i < size; i++) tile(axis + 1, from + (i * length) / size, to + i * spacing);
    repeat(heap, to, size * spacing, reps[axis]!);
  };
  tile(0, heapSpan(backend, x).start, start);
  return out;
});

/** Doubles what is already there, so that few and long copies remain. */
function repeat(heap: HeapSpan['heap'], start: number, length: number, times: number): void {
  const total = length * times;
  for (let filled = length; filled < total; filled *= 2) {
    heap.copyWithin(start + filled, start, start + Math.min(filled, total - filled));
  }
}
