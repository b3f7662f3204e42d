import type { Totals } from '../words/totals.ts';

const mostRows = 1200;

/** Losses over steps: once there are too many rows, every second one goes. */
export class History {
  #steps: number[] = [];
  #rows: Totals[] = [];
  #stride = 1;
  #skipped = 0;

  add(step: number, row: Totals): void {
    if (this.#steps.at(-1) === step) return;
    this.#skipped++;
    if (this.#skipped < this.#stride) return;
    this.#skipped = 0;
    this.#steps.push(step);
    this.#rows.push(row);
    if (this.#steps.length < mostRows) return;
    this.#steps = this.#steps.filter((_, i) => i % 2 === 1);
    this.#rows = this.#rows.filter((_, i) => i % 2 === 1);
    this.#stride *= 2;
  }

  clear(): void {
    [this.#steps, this.#rows, this.#stride, this.#skipped] = [[], [], 1, 0];
  }

  /** The steps, and a column for each key. */
  columns(keys: readonly (keyof Totals)[]): [steps: number[], ...columns: (number | null)[][]] {
    const column = (key: keyof Totals): (number | null)[] => this.#rows.map((row) => (Number.isFinite(row[key]) ? (row[key] as number) : null));
    return [this.#steps, ...keys.map(column)];
  }
}
