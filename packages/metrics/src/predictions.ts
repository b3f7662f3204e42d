import { expectOneOf, GanzooError } from '@ganzoo/core';
import { expectFinite, readRows, type Points, type Rows } from './points.ts';

/** What predictions are. */
export interface PredictionOptions {
  /** What the rows are: `logits`, the default, of which the softmax is taken in double precision, or `probabilities`. */
  readonly of?: 'logits' | 'probabilities';
}

/**
 * What a classifier says of samples, `[n, classes]`.
 *
 * @param name what errors call them
 * @throws GanzooError on values that are not finite, and on probabilities that do not add up to 1
 */
export async function readPredictions(scope: string, name: string, predictions: Points, { of = 'logits' }: PredictionOptions): Promise<Rows> {
  expectOneOf(scope, 'of', of, ['logits', 'probabilities']);
  const rows = await readRows(scope, name, predictions);
  expectFinite(scope, rows);
  if (of === 'probabilities') for (let row = 0; row < rows.count; row++) expectProbabilities(scope, rows, row);
  return rows;
}

function expectProbabilities(scope: string, { values, dimensions }: Rows, row: number): void {
  const from = row * dimensions;
  let sum = 0;
  for (let y = 0; y < dimensions; y++) {
    const p = values[from + y] as number;
    sum += p;
    if (p < 0) throw new GanzooError(scope, `sample ${row} has a probability of ${p}. Of logits, say { of: 'logits' }.`);
  }
  if (Math.abs(sum - 1) > 1e-3) throw new GanzooError(scope, `the probabilities of sample ${row} add up to ${sum}, not 1. Of logits, say { of: 'logits' }.`);
}

/** The class that each row has most of; the first of several. */
export function likeliest({ values, count, dimensions }: Rows): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => {
    const from = row * dimensions;
    let best = 0;
    for (let y = 1; y < dimensions; y++) if ((values[from + y] as number) > (values[from + best] as number)) best = y;
    return best;
  });
}
