import type { Factor, Matrix, Multiply, Operation, Tridiagonalize } from './program.ts';

/** One operation in plain TypeScript: what runs where there is no WebAssembly with SIMD, and what the compiled loops are tested against. Yields the share done. */
export function interpret(heap: Float64Array, operation: Operation): Generator<number, void> {
  if (operation.kind === 'multiply') return multiply(heap, operation);
  return operation.kind === 'factor' ? factor(heap, operation) : tridiagonalize(heap, operation);
}

function* multiply(heap: Float64Array, operation: Multiply): Generator<number, void> {
  const { into, left, right, transposeLeft, transposeRight, lower, leftIsUpper, rightIsLower } = operation;
  const depth = transposeLeft ? left.rows : left.columns;
  const [down, along] = transposeLeft ? [1, left.stride] : [left.stride, 1];
  // Columns of the right factor in rows, so that every sum runs along rows.
  const [source, columns] = transposeRight ? [heap, right] : transposed(heap, right);
  const row = new Float64Array(depth);
  for (let i = 0; i < into.rows; i++) {
    for (let k = 0; k < depth; k++) row[k] = heap[left.offset + i * down + k * along] as number;
    const width = lower ? i + 1 : into.columns;
    for (let j = 0; j < width; j++) {
      const first = Math.max(leftIsUpper ? i : 0, rightIsLower ? j : 0);
      const at = columns.offset + j * columns.stride;
      let sum = 0;
      for (let k = first; k < depth; k++) sum += (row[k] as number) * (source[at + k] as number);
      const target = into.offset + i * into.stride + j;
      heap[target] = (heap[target] as number) + sum;
    }
    yield (i + 1) / into.rows;
  }
}

function transposed(heap: Float64Array, { offset, rows, columns, stride }: Matrix): readonly [Float64Array, Matrix] {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[j * rows + i] = heap[offset + i * stride + j] as number;
  return [values, { offset: 0, rows: columns, columns: rows, stride: rows }];
}

/** Column by column, each from the ones before it. */
function* factor(heap: Float64Array, { matrix, order, rank }: Factor): Generator<number, void> {
  const { offset, rows: n, stride } = matrix;
  const at = (i: number, j: number): number => offset + i * stride + j;
  const rest = Float64Array.from({ length: n }, (_, i) => heap[at(i, i)] as number);
  const tolerance = 2 ** -53 * n * rest.reduce((most, value) => Math.max(most, value), 0);
  for (let i = 0; i < n; i++) heap[order.offset + i] = i;
  let j = 0;
  for (; j < n; j++) {
    let pivot = j;
    for (let i = j + 1; i < n; i++) if ((rest[i] as number) > (rest[pivot] as number)) pivot = i;
    if (!((rest[pivot] as number) > tolerance)) break;
    exchange(heap, matrix, j, pivot);
    for (const [values, start] of [[rest, 0] as const, [heap, order.offset] as const]) {
      [values[start + j], values[start + pivot]] = [values[start + pivot] as number, values[start + j] as number];
    }
    const largest = rest[j] as number;
    const root = Math.sqrt(largest);
    let isSemidefinite = true;
    for (let i = j + 1; i < n; i++) {
      let sum = heap[at(i, j)] as number;
      for (let k = 0; k < j; k++) sum -= (heap[at(i, k)] as number) * (heap[at(j, k)] as number);
      heap[at(i, j)] = sum / root;
      // No element of a semidefinite matrix exceeds the largest of the diagonal: what is left is noise.
      if (Math.abs(sum) > 2 * largest) isSemidefinite = false;
    }
    if (!isSemidefinite) break;
    heap[at(j, j)] = root;
    for (let i = j + 1; i < n; i++) rest[i] = (rest[i] as number) - (heap[at(i, j)] as number) ** 2;
    yield (j + 1) / n;
  }
  for (let i = 0; i < n; i++) heap.fill(0, at(i, Math.min(j, i + 1)), at(i, n));
  heap[rank.offset] = j;
  yield 1;
}

/** Swaps rows and columns j < pivot of a symmetric matrix of which the lower triangle is there. */
function exchange(heap: Float64Array, { offset, rows, stride }: Matrix, j: number, pivot: number): void {
  if (j === pivot) return;
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as number, heap[a] as number];
  };
  const at = (row: number, column: number): number => offset + row * stride + column;
  for (let k = 0; k < j; k++) swap(at(j, k), at(pivot, k));
  swap(at(j, j), at(pivot, pivot));
  for (let k = j + 1; k < pivot; k++) swap(at(k, j), at(pivot, k));
  for (let k = pivot + 1; k < rows; k++) swap(at(k, j), at(k, pivot));
}

/** From the last row up: each reflector acts on the rows and columns above. */
function* tridiagonalize(heap: Float64Array, { matrix, diagonal, offDiagonal }: Tridiagonalize): Generator<number, void> {
  const { offset, rows: n, stride } = matrix;
  const [v, w] = [new Float64Array(n), new Float64Array(n)];
  for (let i = n - 1; i >= 0; i--) {
    const row = offset + i * stride;
    heap[diagonal.offset + i] = heap[row + i] as number;
    if (i === 0) break;
    let squares = 0;
    for (let k = 0; k < i - 1; k++) squares += (heap[row + k] as number) ** 2;
    const alpha = heap[row + i - 1] as number;
    heap[offDiagonal.offset + i - 1] = alpha;
    // Nothing to reflect.
    if (squares === 0) continue;
    const beta = alpha < 0 ? Math.sqrt(alpha * alpha + squares) : -Math.sqrt(alpha * alpha + squares);
    const tau = (beta - alpha) / beta;
    heap[offDiagonal.offset + i - 1] = beta;
    for (let k = 0; k < i - 1; k++) v[k] = (heap[row + k] as number) / (alpha - beta);
    v[i - 1] = 1;
    w.fill(0);
    for (let r = 0; r < i; r++) {
      const start = offset + r * stride;
      const factor = v[r] as number;
      let sum = (heap[start + r] as number) * factor;
      for (let c = 0; c < r; c++) {
        const value = heap[start + c] as number;
        sum += value * (v[c] as number);
        w[c] = (w[c] as number) + value * factor;
      }
      w[r] = (w[r] as number) + sum;
    }
    let product = 0;
    for (let k = 0; k < i; k++) product += (w[k] as number) * (v[k] as number);
    for (let k = 0; k < i; k++) w[k] = tau * ((w[k] as number) - (tau / 2) * product * (v[k] as number));
    for (let r = 0; r < i; r++) {
      const start = offset + r * stride;
      const [x, y] = [v[r] as number, w[r] as number];
      for (let c = 0; c <= r; c++) heap[start + c] = (heap[start + c] as number) - x * (w[c] as number) - y * (v[c] as number);
    }
    yield 1 - (i / n) ** 3;
  }
  yield 1;
}
