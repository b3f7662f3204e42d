import { execute } from './execute.ts';
import { Program } from './program.ts';
import type { Matrix } from './program.ts';
import { inSlices } from './slices.ts';
import type { RunOptions } from './slices.ts';
import { largestOf } from './loops.ts';
import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.ts';

/** A matrix of which rows follow one another without gaps. */
export interface Dense {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** `S = P L L^T P^T` of a positive semidefinite S: L `[n, rank]` is a lower trapezoid, its row i belongs to row `order[i]` of S. */
export interface CholeskyFactor {
  readonly factor: Dense;
  readonly order: Int32Array;
}

/** Multiplications a full rank takes, beside n^3: factorization, and root of the trace. Progress is told by them. */
export const factorCost = 1 / 6;
export const traceCost = 5 / 3;

/** Share of the time before eigenvalues that a tridiagonalization and what comes before it takes. */
const beforeEigenvalues = 0.95;

/** Cholesky factor with complete pivoting: of as many columns as the matrix has positive pivots, so a lower rank is no error. */
export async function choleskyFactor({ values, rows: n }: Dense, options: RunOptions = {}): Promise<CholeskyFactor> {
  const scale = evenPower(values);
  const program = new Program();
  const matrix = program.matrix(n, n);
  const { order, rank } = program.factor(matrix);
  const heap = await execute(program, (into) => write(into, matrix, { values, rows: n, columns: n }, 1 / scale), options);
  const columns = heap[rank.offset] as number;
  const factor = new Float64Array(n * columns);
  const root = Math.sqrt(scale);
  for (let i = 0; i < n; i++) for (let j = 0; j < columns; j++) factor[i * columns + j] = root * (heap[matrix.offset + i * matrix.stride + j] as number);
  return { factor: { values: factor, rows: n, columns }, order: Int32Array.from(heap.subarray(order.offset, order.offset + n)) };
}

/** `tr sqrt(S T)` for `S = P L L^T P^T`: the square roots of the eigenvalues of `L^T P^T T P L`. */
export async function rootTraceOfFactor({ factor, order }: CholeskyFactor, covariance: Dense, options: RunOptions = {}): Promise<number> {
  const { rows: n, columns: rank } = factor;
  // Of a set of equal samples: all of S is 0.
  if (rank === 0) return 0;
  const [scale, root] = [evenPower(covariance.values), Math.sqrt(evenPower(factor.values, 2))];
  const program = new Program();
  const [left, middle] = [program.matrix(n, rank), program.matrix(n, n)];
  const [product, whole] = [program.matrix(n, rank), program.matrix(rank, rank)];
  program.multiply(product, middle, left, { rightIsLower: true });
  program.multiply(whole, left, product, { transposeLeft: true, leftIsUpper: true, lower: true });
  const sum = await rootsOfEigenvalues(
    program,
    whole,
    (heap) => {
      write(heap, left, factor, 1 / root);
      for (let i = 0; i < n; i++) {
        const source = (order[i] as number) * n;
        const target = middle.offset + i * middle.stride;
        for (let j = 0; j < n; j++) heap[target + j] = (1 / scale) * (covariance.values[source + (order[j] as number)] as number);
      }
    },
    options,
  );
  return sum * Math.sqrt(scale) * root;
}

/** `tr sqrt(A^T A T)` for A of fewer rows than columns: the square roots of the eigenvalues of `A T A^T`. */
export function rootTraceOfRows(rows: Dense, covariance: Dense, options: RunOptions = {}): Promise<number> {
  return rootTrace(rows, covariance, false, options);
}

/** `tr sqrt(A^T A B^T B)`, the nuclear norm of `A B^T`: the square roots of the eigenvalues of `A B^T B A^T`. Better A has the fewer rows. */
export function nuclearNorm(a: Dense, b: Dense, options: RunOptions = {}): Promise<number> {
  return rootTrace(a, b, true, options);
}

async function rootTrace(a: Dense, b: Dense, isFactor: boolean, options: RunOptions): Promise<number> {
  const [scaleOfA, scaleOfB] = [evenPower(a.values), evenPower(b.values)];
  const program = new Program();
  const [left, right] = [program.matrix(a.rows, a.columns), program.matrix(b.rows, b.columns)];
  const [product, whole] = [program.matrix(a.rows, b.rows), program.matrix(a.rows, a.rows)];
  program.multiply(product, left, right, { transposeRight: true });
  program.multiply(whole, product, isFactor ? product : left, { transposeRight: true, lower: true });
  const sum = await rootsOfEigenvalues(
    program,
    whole,
    (heap) => {
      write(heap, left, a, 1 / scaleOfA);
      write(heap, right, b, 1 / scaleOfB);
    },
    options,
  );
  return sum * scaleOfA * (isFactor ? scaleOfB : Math.sqrt(scaleOfB));
}

/** Sum of the square roots of the eigenvalues of a symmetric matrix, the last one that a program makes. Those that rounding made negative are 0. */
async function rootsOfEigenvalues(program: Program, matrix: Matrix, fill: (heap: Float64Array) => void, { signal, onProgress }: RunOptions): Promise<number> {
  const n = matrix.rows;
  const { diagonal, offDiagonal } = program.tridiagonalize(matrix);
  const part = (from: number, share: number): RunOptions => ({ signal, onProgress: onProgress && ((fraction) => onProgress(from + share * fraction)) });
  const heap = await execute(program, fill, part(0, beforeEigenvalues));
  const steps = tridiagonalEigenvalues(heap.slice(diagonal.offset, diagonal.offset + n), heap.slice(offDiagonal.offset, offDiagonal.offset + n));
  const eigenvalues = await inSlices(steps, part(beforeEigenvalues, 1 - beforeEigenvalues));
  return eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** The power of 4 next to the largest value: divided by it, values neither overflow nor vanish when squared, and none is rounded. */
function evenPower(values: Float64Array, power = 1): number {
  const largest = largestOf(values);
  return largest === 0 ? 1 : 4 ** Math.round((power * Math.log2(largest)) / 2);
}

function write(heap: Float64Array, { offset, stride }: Matrix, { values, rows, columns }: Dense, scale: number): void {
  for (let i = 0; i < rows; i++) {
    const target = offset + i * stride;
    for (let j = 0; j < columns; j++) heap[target + j] = scale * (values[i * columns + j] as number);
  }
}
