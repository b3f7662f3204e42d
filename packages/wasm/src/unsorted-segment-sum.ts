import { UnsortedSegmentSum, util, type TensorInfo } from '@tensorflow/tfjs';
import { wasmKernel } from './kernel.ts';

type Inputs = { x: TensorInfo; segmentIds: TensorInfo };
type Attrs = { numSegments: number };

/** Adds each row of x to the segment it names; rows whose id is negative or too large are dropped. */
export const unsortedSegmentSum = wasmKernel<Inputs, Attrs>(UnsortedSegmentSum, ({ x, segmentIds }, { numSegments }, backend) => {
  const idRank = segmentIds.shape.length;
  if (segmentIds.shape.some((size, axis) => size !== x.shape[axis])) {
    throw new Error(`${UnsortedSegmentSum}: segmentIds of shape [${segmentIds.shape}] must be how x of shape [${x.shape}] begins.`);
  }
  const length = util.sizeFromShape(x.shape.slice(idRank));
  const out = backend.makeOutput([numSegments, ...x.shape.slice(idRank)], x.dtype);
  const target = backend.typedArrayFromHeap(out).fill(0);
  const source = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    const to = segment * length;
    const from = row * length;
    for (let i = 0; i < length; i++) target[to + i]! += source[from + i]!;
  }
  return out;
});
