import { openMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import { Program } from './program.ts';
import type { Matrix } from './program.ts';
import { atOnce, inSlices } from './slices.ts';
import { belowDiagonal } from './loops.ts';

/** Rows that are taken up at once: a product of so many costs little more than reading what it is added to. */
const capacity = 128;

/**
 * Mean and scatter `sum (x - mean)(x - mean)^T` of rows that come a few at a time. Each block is centered on its own mean and
 * joined to those before (Chan, Golub and LeVeque, https://doi.org/10.1080/00031305.1983.10483115), so nothing cancels
 * however far from 0 the mean is. Blocks have fixed sizes: unless something is read or merged in between, how many rows came
 * at a time does not matter, not even for rounding.
 */
export class Scatter {
  readonly dimensions: number;
  /** Rows taken up, those that wait included. */
  count = 0;
  readonly #machine: Machine;
  readonly #rows: Matrix;
  readonly #scatter: Matrix;
  readonly #mean: Float64Array;
  #waiting = 0;
  #isRunning = false;

  constructor(dimensions: number) {
    const program = new Program();
    this.dimensions = dimensions;
    this.#rows = program.matrix(capacity, dimensions);
    this.#scatter = program.matrix(dimensions, dimensions);
    program.multiply(this.#scatter, this.#rows, this.#rows, { transposeLeft: true, lower: true });
    this.#machine = openMachine(program);
    this.#mean = new Float64Array(dimensions);
  }

  /** Whether rows are being taken up: what is read meanwhile is of some of them. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Takes up rows, one after another in `values`. */
  async add(values: Float64Array): Promise<void> {
    this.#isRunning = true;
    try {
      await inSlices(this.#take(values));
    } finally {
      this.#isRunning = false;
    }
  }

  *#take(values: Float64Array): Generator<number, void> {
    for (let from = 0; from < values.length; from += this.dimensions) {
      // The last of the rows is the step between means.
      if (this.#waiting === capacity - 1) {
        this.#center();
        yield* this.#machine.steps();
      }
      this.#machine.heap.set(values.subarray(from, from + this.dimensions), this.#rows.offset + this.#waiting++ * this.#rows.stride);
      this.count++;
    }
  }

  /** Takes up what another has, which stays as it is. */
  merge(other: Scatter): void {
    const [mean, theirs] = [this.mean(), other.mean()];
    const { dimensions, count } = this;
    if (other.count === 0) return;
    const share = other.count / (count + other.count);
    for (let i = 0; i < dimensions; i++) {
      const step = (theirs[i] as number) - (mean[i] as number);
      const target = this.#scatter.offset + i * this.#scatter.stride;
      const source = other.#scatter.offset + i * other.#scatter.stride;
      for (let j = 0; j <= i; j++) {
        const between = count * share * step * ((theirs[j] as number) - (mean[j] as number));
        this.#machine.heap[target + j] = (this.#machine.heap[target + j] as number) + (other.#machine.heap[source + j] as number) + between;
      }
    }
    for (let i = 0; i < dimensions; i++)
      this.#mean[i] = count === 0 ? (theirs[i] as number) : (mean[i] as number) + share * ((theirs[i] as number) - (mean[i] as number));
    this.count += other.count;
  }

  mean(): Float64Array {
    this.#settle();
    return this.#mean.slice();
  }

  /** `[d * d]`, the scatter divided by one less than the count. */
  covariance(): Float64Array {
    this.#settle();
    const { dimensions: d, count } = this;
    const { heap } = this.#machine;
    const { offset, stride } = this.#scatter;
    const covariance = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) covariance[i * d + j] = (heap[offset + i * stride + j] as number) / (count - 1);
    belowDiagonal(d, (i, j) => {
      covariance[j * d + i] = covariance[i * d + j] as number;
    });
    return covariance;
  }

  #settle(): void {
    if (this.#waiting === 0) return;
    this.#center();
    atOnce(this.#machine.steps());
  }

  /** Takes their mean off the waiting rows, adds the row for the step from the mean before, and zeros after the last. */
  #center(): void {
    const { heap } = this.#machine;
    const { offset, stride } = this.#rows;
    const [waiting, before] = [this.#waiting, this.count - this.#waiting];
    const weight = Math.sqrt((before * waiting) / this.count);
    for (let i = 0; i < this.dimensions; i++) {
      // From the first row on: the mean of equal rows is that row, exactly.
      const first = heap[offset + i] as number;
      let sum = 0;
      for (let row = 0; row < waiting; row++) sum += (heap[offset + row * stride + i] as number) - first;
      const mean = first + sum / waiting;
      for (let row = 0; row < waiting; row++) heap[offset + row * stride + i] = (heap[offset + row * stride + i] as number) - mean;
      const step = mean - (this.#mean[i] as number);
      heap[offset + waiting * stride + i] = weight * step;
      this.#mean[i] = before === 0 ? mean : (this.#mean[i] as number) + (waiting / this.count) * step;
    }
    heap.fill(0, offset + (waiting + 1) * stride, offset + capacity * stride);
    this.#waiting = 0;
  }
}
