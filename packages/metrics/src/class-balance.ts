import { expectKeys, expectNumber, GanzooError } from '@ganzoo/core';
import { divergence, sum } from './divergence.ts';
import type { Points } from './points.ts';
import { likeliest, readPredictions, type PredictionOptions } from './predictions.ts';

const SCOPE = 'metrics/classBalance';

/** Options of {@link classBalance}. */
export interface ClassBalanceOptions extends PredictionOptions {
  /**
   * What the classes are compared with: predictions of real samples `[n, classes]`, of the same kind, or how many real samples
   * there are of each class, such as the `counts` of another balance. As many of each unless told.
   */
  readonly reference?: Points | readonly number[];
}

/** What {@link classBalance} says of samples. */
export interface ClassBalance {
  /** Samples of each class. */
  readonly counts: readonly number[];
  /**
   * How far the classes of the samples are from those of the reference: the Kullback-Leibler divergence of the first from the
   * second, in nats. 0 is the same, `log(classes)` all of one class against as many of each; Infinity where the reference
   * lacks a class that the samples have.
   */
  readonly kl: number;
  /** Classes of the reference of which there are no samples. */
  readonly missing: readonly number[];
}

/**
 * Which classes the samples are of by any classifier, and how far their histogram is from that of real ones: a generator that
 * drops a class, or prefers one, may still make good images. Each sample counts for its likeliest class.
 *
 * Draws of n samples from the reference itself do not score 0, but about `(classes - 1) / (2 n)`.
 *
 * @param predictions `[n, classes]`
 * @throws GanzooError on an unknown option, another number of classes in the reference, values that are not finite, and
 * probabilities that do not add up to 1
 */
export async function classBalance(predictions: Points, options: ClassBalanceOptions = {}): Promise<ClassBalance> {
  expectKeys(SCOPE, options, ['of', 'reference']);
  const [counts, real] = await Promise.all([histogram('the predictions', predictions, options), referenceOf(options)]);
  const expected = real ?? counts.map(() => 1);
  if (expected.length !== counts.length)
    throw new GanzooError(SCOPE, `the predictions are of ${counts.length} classes, but the reference is of ${expected.length}; give what one classifier says.`);
  return { counts, kl: divergence(counts, expected), missing: [...counts.keys()].filter((y) => counts[y] === 0 && expected[y] !== 0) };
}

async function histogram(name: string, predictions: Points, options: PredictionOptions): Promise<readonly number[]> {
  const rows = await readPredictions(SCOPE, name, predictions, options);
  const counts = Array.from({ length: rows.dimensions }, () => 0);
  for (const y of likeliest(rows)) counts[y] = (counts[y] as number) + 1;
  return counts;
}

async function referenceOf(options: ClassBalanceOptions): Promise<readonly number[] | undefined> {
  const { reference } = options;
  if (reference === undefined) return undefined;
  if (!areCounts(reference)) return histogram('the predictions of the reference', reference, options);
  reference.forEach((count, y) => expectNumber(SCOPE, `the reference's count of class ${y}`, count, 0));
  if (sum(reference) === 0) throw new GanzooError(SCOPE, 'the reference has no samples of any class; leave it out for as many of each.');
  return reference;
}

/** A list of numbers, where predictions are a list of lists. */
function areCounts(reference: Points | readonly number[]): reference is readonly number[] {
  return Array.isArray(reference) && !Array.isArray(reference[0]);
}
