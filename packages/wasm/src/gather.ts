import { backend_util, util, type Tensor, type TensorInfo } from '@tensorflow/tfjs';
import { copyRows, heapSpan } from './heap.ts';
import { beforeStock } from './kernel.ts';

type Inputs = { x: TensorInfo; indices: TensorInfo };
type Attrs = { axis: number; batchDims: number };

/** Copies whole rows; stock works out every element's coordinates. */
export const withRowGather = beforeStock<Inputs, Attrs>(({ x, indices }, { axis, batchDims }, backend) => {
  if (x.dtype === 'string' || indices.dtype !== 'int32' || batchDims !== 0) return undefined;
  const parsedAxis = util.parseAxisParam(axis, x.shape)[0]!;
  const info = backend_util.segment_util.collectGatherOpShapeInfo(x as Tensor, indices as Tensor, parsedAxis, 0);
  const out = backend.makeOutput(info.outputShape, x.dtype);
  const { heap, start } = heapSpan(backend, out);
  const source = heapSpan(backend, x).start;
  const rows = backend.typedArrayFromHeap(indices);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row < 0 || row >= info.dimSize) {
      backend.disposeData(out.dataId);
      throw new Error(`GatherV2: the index value ${row} is not in [0, ${info.dimSize - 1}]`);
    }
    copyRows(heap, {
      from: source + row * info.sliceSize,
      fromStride: info.dimSize * info.sliceSize,
      to: start + i * info.sliceSize,
      toStride: rows.length * info.sliceSize,
      length: info.sliceSize,
      count: info.outerSize,
    });
  }
  return out;
});
