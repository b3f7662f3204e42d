import { plain, shared } from './binary.ts';
import type { Machine } from './machine.ts';
import type { Matrix, Program, Step } from './program.ts';

const pageBytes = 65_536;
/** Most that the module was linked for: 4 GiB. */
const maximumPages = 65_536;

/** Where things lie: above the first thread's stack the job, words that threads steer by and their stacks, then the heap. */
export const addresses = { job: 32_768, control: 49_152, stacks: 65_536, stackBytes: 16_384, heap: 262_144 } as const;
/** As many as have stacks. */
export const mostThreads = 8;

/** `job_t` of native/linear-algebra.c: two doubles, four integers, operations of 16 integers each. */
const jobBytes = 32;
const operationBytes = 64;
const mostOperations = (addresses.control - addresses.job - jobBytes) / operationBytes;

interface Exports {
  readonly start: (job: number) => void;
  /** Chunks of the current step, 0 when all is done. */
  readonly chunks: (job: number, heap: number) => number;
  readonly run: (job: number, heap: number, chunk: number) => void;
  readonly advance: (job: number) => void;
}

const modules = new Map<string, WebAssembly.Module>();

/** A program with the loops that are compiled for it, in a memory as large as it needs. */
export class CompiledMachine implements Machine {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly heap: Float64Array;
  readonly #exports: Exports;
  readonly #program: Program;
  readonly #done: Float64Array;
  readonly #current: Int32Array;

  /** Undefined where there is no WebAssembly with SIMD, no memory that threads share if that is asked for, or too little of it. */
  static open(program: Program, isShared: boolean): CompiledMachine | undefined {
    if (addresses.heap + 8 * program.size > maximumPages * pageBytes || program.steps.length > mostOperations) return undefined;
    try {
      return new CompiledMachine(program, isShared);
    } catch {
      return undefined;
    }
  }

  private constructor(program: Program, isShared: boolean) {
    this.module = compile(isShared ? shared : plain);
    const pages = Math.ceil((addresses.heap + 8 * program.size) / pageBytes);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
    this.#exports = new WebAssembly.Instance(this.module, { env: { memory: this.memory } }).exports as unknown as Exports;
    const { buffer } = this.memory;
    this.heap = new Float64Array(buffer, addresses.heap, program.size);
    this.#program = program;
    this.#done = new Float64Array(buffer, addresses.job, 1);
    this.#current = new Int32Array(buffer, addresses.job + 16, 2);
    this.#current[1] = program.steps.length;
    program.steps.forEach((step, index) => new Int32Array(buffer, addresses.job + jobBytes + index * operationBytes, 16).set(encode(step)));
    this.rewind();
  }

  /** Back to the first operation. */
  rewind(): void {
    this.#exports.start(addresses.job);
  }

  /** Share of the program that is done. Threads may be moving it meanwhile. */
  get progress(): number {
    const { steps, cost } = this.#program;
    const current = this.#current[0] as number;
    const before = steps.slice(0, current).reduce((sum, step) => sum + step.cost, 0);
    return Math.min(1, (before + Math.min(1, this.#done[0] as number) * (steps[current]?.cost ?? 0)) / cost);
  }

  /** From where it is to the end. */
  *steps(): Generator<number, void> {
    this.rewind();
    const { chunks, run, advance } = this.#exports;
    for (let count = chunks(addresses.job, addresses.heap); count > 0; count = chunks(addresses.job, addresses.heap)) {
      for (let chunk = 0; chunk < count; chunk++) {
        run(addresses.job, addresses.heap, chunk);
        yield this.progress;
      }
      advance(addresses.job);
    }
  }
}

function compile(base64: string): WebAssembly.Module {
  // Asked for each time, so that a page that forbids WebAssembly is answered alike each time.
  const module = modules.get(base64) ?? new WebAssembly.Module(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  modules.set(base64, module);
  return module;
}

function encode({ operation, work }: Step): number[] {
  if (operation.kind === 'factor') {
    const { matrix, order, rank } = operation;
    return [1, matrix.rows, matrix.offset, matrix.stride, order.offset, rank.offset, work];
  }
  if (operation.kind === 'tridiagonalize') {
    const { matrix, diagonal, offDiagonal } = operation;
    return [2, matrix.rows, matrix.offset, matrix.stride, diagonal.offset, offDiagonal.offset, work];
  }
  const { into, left, right, transposeLeft, transposeRight, lower, leftIsUpper, rightIsLower } = operation;
  const depth = transposeLeft ? left.rows : left.columns;
  const flags = (lower ? 1 : 0) | (leftIsUpper ? 2 : 0) | (rightIsLower ? 4 : 0);
  const strides = ({ stride }: Matrix, isTransposed: boolean): number[] => (isTransposed ? [1, stride] : [stride, 1]);
  const sides = [left.offset, ...strides(left, transposeLeft), right.offset, ...strides(right, transposeRight)];
  return [0, into.rows, into.columns, depth, ...sides, into.offset, into.stride, flags, work];
}
