import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** The whole WebAssembly memory in units of one element, and where a tensor starts in it. */
export type HeapSpan = { readonly heap: Int32Array | Uint8Array; readonly start: number };

/** Look tensors up only after the last allocation of a kernel: growing the memory detaches older views. */
export function heapSpan(backend: BackendWasm, x: TensorInfo): HeapSpan {
  const view = backend.typedArrayFromHeap(x);
  const heap = view.BYTES_PER_ELEMENT === 4 ? new Int32Array(view.buffer) : new Uint8Array(view.buffer);
  return { heap, start: view.byteOffset / view.BYTES_PER_ELEMENT };
}

export function floats(backend: BackendWasm, x: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(x) as Float32Array;
}

export type Rows = {
  readonly from: number;
  readonly fromStride: number;
  readonly to: number;
  readonly toStride: number;
  readonly length: number;
  readonly count: number;
};

/** Copies equally long rows inside the heap. A native copy costs about eight elements' worth of loop to start. */
export function copyRows(heap: HeapSpan['heap'], { from, fromStride, to, toStride, length, count }: Rows): void {
  for (let row = 0; row < count; row++) {
    const source = from + row * fromStride;
    const target = to + row * toStride;
    if (length < 8) for (let i = 0; i < length; i++) heap[target + i] = heap[source + i]!;
    else heap.copyWithin(target, source, source + length);
  }
}
