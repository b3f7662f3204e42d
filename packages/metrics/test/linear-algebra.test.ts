import { afterEach, describe, expect, test, vi } from 'vitest';
import { CompiledMachine } from '../src/linear-algebra/compiled.ts';
import { execute } from '../src/linear-algebra/execute.ts';
import { interpret } from '../src/linear-algebra/interpreter.ts';
import { openMachine } from '../src/linear-algebra/machine.ts';
import { Program } from '../src/linear-algebra/program.ts';
import type { Matrix } from '../src/linear-algebra/program.ts';
import { choleskyFactor, nuclearNorm, rootTraceOfFactor, rootTraceOfRows } from '../src/linear-algebra/root-trace.ts';
import type { Dense } from '../src/linear-algebra/root-trace.ts';
import { atOnce } from '../src/linear-algebra/slices.ts';
import { inThreads } from '../src/linear-algebra/threads.ts';
import { tridiagonalEigenvalues } from '../src/linear-algebra/tridiagonal-eigenvalues.ts';
import { numbers } from './draw.ts';
import { stubWorkers } from './linear-algebra-support.ts';

afterEach(() => vi.unstubAllGlobals());

const dense = (rows: number, columns: number, seed: number): Dense => ({ values: Float64Array.from(numbers(rows * columns, seed)), rows, columns });

/** `left^T left`. */
function gram({ values, rows, columns }: Dense): Dense {
  const product = new Float64Array(columns * columns);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++) product[i * columns + j]! += values[k * columns + i]! * values[k * columns + j]!;
    }
  }
  return { values: product, rows: columns, columns };
}

function put(heap: Float64Array, { offset, stride }: Matrix, { values, rows, columns }: Dense): void {
  for (let i = 0; i < rows; i++) heap.set(values.subarray(i * columns, (i + 1) * columns), offset + i * stride);
}

function get(heap: Float64Array, { offset, rows, columns, stride }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, i) => [...heap.subarray(offset + i * stride, offset + i * stride + columns)]);
}

const lowerOf = (rows: number[][]): number[] => rows.flatMap((row, i) => row.slice(0, i + 1));

/** Everything that a distance is made of, on `count` rows of n numbers. */
function chain(count: number, n: number) {
  const program = new Program();
  const [x, s, l, w, m] = [program.matrix(count, n), program.matrix(n, n), program.matrix(n, n), program.matrix(n, n), program.matrix(n, n)];
  program.multiply(s, x, x, { transposeLeft: true }).multiply(l, x, x, { transposeLeft: true, lower: true });
  const { order, rank } = program.factor(l);
  program.multiply(w, s, l, { rightIsLower: true }).multiply(m, l, w, { transposeLeft: true, leftIsUpper: true, lower: true });
  const { diagonal, offDiagonal } = program.tridiagonalize(m);
  const eigenvalues = (heap: Float64Array): number[] => {
    const [d, e] = [get(heap, diagonal)[0]!, get(heap, offDiagonal)[0]!];
    return [...atOnce(tridiagonalEigenvalues(Float64Array.from(d), Float64Array.from(e)))].sort((a, b) => a - b);
  };
  return { program, x, s, l, order, rank, eigenvalues };
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / scale).toBeLessThan(tolerance);
}

/** Sizes below a tile, beside multiples of tiles and blocks, above a panel of the depth; ranks below the size. */
const sizes = [
  [5, 1],
  [5, 3],
  [3, 5],
  [70, 33],
  [64, 64],
  [40, 100],
  [300, 130],
  [200, 290],
] as const;

describe('compiled loops do what the interpreter does', () => {
  test.each(sizes)('%i rows of %i numbers', async (count, n) => {
    const input = dense(count, n, 1);
    const { program, x, s, l, order, rank, eigenvalues } = chain(count, n);
    const [compiled, shared] = [CompiledMachine.open(program, false)!, CompiledMachine.open(program, true)!];
    const plain = new Float64Array(program.size);
    for (const heap of [compiled.heap, shared.heap, plain]) put(heap, x, input);
    for (const { operation } of program.steps) atOnce(interpret(plain, operation));
    atOnce(compiled.steps());
    expect(await inThreads(shared, {})).toBe(true);

    expectClose(get(plain, s).flat(), [...gram(input).values], 1e-14);
    expectClose(get(compiled.heap, s).flat(), get(plain, s).flat(), 1e-14);
    expect(compiled.heap[rank.offset]).toBe(Math.min(count, n));
    expect(plain[rank.offset]).toBe(Math.min(count, n));
    expect(get(compiled.heap, order)).toEqual(get(plain, order));
    expectClose(get(compiled.heap, l).flat(), get(plain, l).flat(), 1e-10);
    expectClose(eigenvalues(compiled.heap), eigenvalues(plain), 1e-13);
    // Whoever runs a chunk computes the same.
    expect(shared.heap.every((value, i) => value === compiled.heap[i])).toBe(true);
  });

  test('a program runs again on what it left', () => {
    const program = new Program();
    const [x, s] = [program.matrix(7, 9), program.matrix(9, 9)];
    program.multiply(s, x, x, { transposeLeft: true, lower: true });
    const machine = openMachine(program);
    const input = dense(7, 9, 1);
    put(machine.heap, x, input);
    for (let again = 0; again < 3; again++) atOnce(machine.steps());
    const expected = [...gram(input).values].map((value) => 3 * value);
    expectClose(lowerOf(get(machine.heap, s)), lowerOf(expected.map((_, i) => expected.slice(9 * i, 9 * i + 9)).slice(0, 9)), 1e-14);
  });
});

describe('known answers', () => {
  test('eigenvalues of the second difference', () => {
    const n = 200;
    const found = atOnce(tridiagonalEigenvalues(new Float64Array(n).fill(2), new Float64Array(n).fill(-1, 0, n - 1))).sort();
    expectClose(
      [...found],
      Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1))),
      1e-14,
    );
  });

  test('values that are not finite do not run forever', () => {
    expect(() => atOnce(tridiagonalEigenvalues(Float64Array.of(1, NaN, 2), Float64Array.of(1, 1, 0)))).toThrow('does not converge');
  });

  test('a factor gives back the matrix, of any scale and rank', async () => {
    for (const [count, n, scale] of [
      [60, 37, 1],
      [20, 37, 1e-180],
      [37, 37, 1e140],
    ] as const) {
      const matrix = gram(dense(count, n, 2));
      const { factor, order } = await choleskyFactor({ ...matrix, values: matrix.values.map((value) => scale * value) });
      expect([factor.rows, factor.columns]).toEqual([n, Math.min(count, n)]);
      const again = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < factor.columns; k++) {
            again[order[i]! * n + order[j]!]! +=
              (factor.values[i * factor.columns + k]! / Math.sqrt(scale)) * (factor.values[j * factor.columns + k]! / Math.sqrt(scale));
          }
        }
      }
      expectClose([...again], [...matrix.values], 1e-13);
    }
  });

  test.each([['compiled'], ['interpreted']])('%s: what is not quite semidefinite ends the factor instead of spoiling it', async (how) => {
    if (how === 'interpreted') vi.stubGlobal('WebAssembly', undefined);
    const n = 30;
    const { values } = gram(dense(10, n, 3));
    // As float32 would have rounded a matrix of rank 10.
    const rounded = values.map(Math.fround);
    const [exact, near] = [await choleskyFactor({ values, rows: n, columns: n }), await choleskyFactor({ values: rounded, rows: n, columns: n })];
    expect(exact.factor.columns).toBe(10);
    // Rounding left some more directions, but none that is far from what was rounded: about 1e-7 of 30.
    expect(near.factor.columns).toBeGreaterThanOrEqual(10);
    for (let i = 0; i < n; i++) {
      const rest = near.factor.values.slice(i * near.factor.columns + 10, (i + 1) * near.factor.columns);
      expect(Math.max(0, ...rest.map(Math.abs))).toBeLessThan(Math.sqrt(1e-4));
    }
    const other = gram(dense(40, n, 4));
    expect(Math.abs((await rootTraceOfFactor(near, other)) / (await rootTraceOfFactor(exact, other)) - 1)).toBeLessThan(1e-3);
    // What is left after the first is noise that no set of vectors has: 1e-7 between two of length 1e-4.5.
    const noisy = Float64Array.of(4, 0, 0, 0, 1e-9, 1e-7, 0, 1e-7, 1e-9);
    expect((await choleskyFactor({ values: noisy, rows: 3, columns: 3 })).factor).toMatchObject({ rows: 3, columns: 1 });
  });

  test('three ways to the trace of a root agree', async () => {
    const [a, b] = [dense(23, 40, 5), dense(31, 40, 6)];
    const expected = await nuclearNorm(a, b);
    for (const value of [await nuclearNorm(b, a), await rootTraceOfRows(a, gram(b)), await rootTraceOfFactor(await choleskyFactor(gram(a)), gram(b))]) {
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-7);
    }
  });
});

describe('where a program runs', () => {
  const count = 700;
  const input = dense(count, count, 7);
  const run = (options = {}) => {
    const program = new Program();
    const [x, s] = [program.matrix(count, count), program.matrix(count, count)];
    program.multiply(s, x, x, { transposeLeft: true });
    return execute(program, (heap) => put(heap, x, input), options).then((heap) => get(heap, s)[3]!);
  };
  const expected = Array.from({ length: count }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += input.values[k * count + 3]! * input.values[k * count + j]!;
    return sum;
  });

  test('threads, where they can be had', async () => {
    const started = vi.fn();
    const { getBuiltinModule } = process;
    vi.stubGlobal('process', { ...process, getBuiltinModule: (name: string) => (started(name), getBuiltinModule(name)) });
    expectClose(await run(), expected, 1e-13);
    expect(started).toHaveBeenCalledWith('node:worker_threads');
  });

  test('this thread, where workers cannot be made or fail to start', async () => {
    class Failing {
      readonly listeners = new Map<string, (value: unknown) => void>();
      on(event: string, listener: (value: unknown) => void): void {
        if (event === 'error') setTimeout(() => listener(new Error('cannot start')));
      }
      terminate(): void {}
    }
    for (const Worker of [undefined, Failing]) {
      stubWorkers(Worker);
      const parts: number[] = [];
      expectClose(await run({ onProgress: (part: number) => parts.push(part) }), expected, 1e-13);
      expect(parts).toEqual([...parts].sort((a, b) => a - b));
    }
  });

  test.each([
    ['in threads', true],
    ['on this thread', false],
  ])('%s: until it is told to stop', async (_, withThreads) => {
    if (!withThreads) stubWorkers();
    const [stop, reason] = [new AbortController(), new Error('enough')];
    const running = run({ signal: stop.signal });
    setTimeout(() => stop.abort(reason), 5);
    await expect(running).rejects.toBe(reason);
  });

  test('this thread, where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    let turns = 0;
    const timer = setInterval(() => turns++);
    expectClose(await run(), expected, 1e-13);
    clearInterval(timer);
    // It lets others have a turn.
    expect(turns).toBeGreaterThan(3);
  });
});
