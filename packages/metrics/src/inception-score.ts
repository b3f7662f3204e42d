import { expectInteger, expectKeys, GanzooError, rng } from '@ganzoo/core';
import type { Points, Rows } from './points.ts';
import { readPredictions, type PredictionOptions } from './predictions.ts';
import { meanAndStd } from './work.ts';

const SCOPE = 'metrics/inceptionScore';

/** Options of {@link inceptionScore}. */
export interface InceptionScoreOptions extends PredictionOptions {
  /** Parts of which each gets a score. 10 unless told. */
  readonly splits?: number;
  /**
   * Of the order in which samples fall into parts; `false` leaves them as they come. 0 unless told: data sorted by class would
   * get each part a score of its few classes.
   */
  readonly shuffle?: number | false;
}

/** What {@link inceptionScore} gives. */
export interface InceptionScore {
  /** In [1, classes]. */
  readonly mean: number;
  /** Over the parts, with divisor `splits`. */
  readonly std: number;
  /** Of each part. */
  readonly scores: readonly number[];
}

/**
 * The Inception Score (Salimans et al. 2016, https://arxiv.org/abs/1606.03498) of what any classifier says of samples:
 * `exp(mean KL(p(y|x) || p(y)))` of each of `splits` parts, their mean and standard deviation. Natural logarithms.
 *
 * The published score is that of 50,000 images by the 1008 logits, without bias, of the Inception network of 2015, in 10
 * parts. With another classifier it is a classifier score, comparable only among its own.
 *
 * @param predictions `[n, classes]`
 * @throws GanzooError on an unknown option, more parts than samples, values that are not finite, and probabilities that do not add up to 1
 */
export async function inceptionScore(predictions: Points, options: InceptionScoreOptions = {}): Promise<InceptionScore> {
  expectKeys(SCOPE, options, ['of', 'splits', 'shuffle']);
  const { of = 'logits' } = options;
  const rows = await readPredictions(SCOPE, 'the predictions', predictions, { of });
  const { splits, shuffle } = scorePlan(SCOPE, options, rows.count);
  const order = shuffle === false ? Uint32Array.from({ length: rows.count }, (_, i) => i) : rng(shuffle).fork('inceptionScore').permutation(rows.count);
  const read = of === 'logits' ? logProbabilities : logOfProbabilities;
  const scores = Array.from({ length: splits }, (_, part) => {
    const [from, to] = [part, part + 1].map((edge) => Math.floor((edge * rows.count) / splits)) as [number, number];
    return scoreOf(rows, order.subarray(from, to), read);
  });
  return { ...meanAndStd(scores), scores };
}

/** The options with defaults in the place of what was not told, for so many samples. */
export function scorePlan(
  scope: string,
  { splits = 10, shuffle = 0 }: InceptionScoreOptions,
  count: number,
): Required<Pick<InceptionScoreOptions, 'splits' | 'shuffle'>> {
  expectInteger(scope, 'splits', splits, 1);
  if (shuffle !== false) expectInteger(scope, 'shuffle', shuffle, 0);
  if (count < splits) throw new GanzooError(scope, `splits is ${splits}, but there are ${count} samples; give at least one sample a part, or fewer splits.`);
  return { splits, shuffle };
}

type LogProbabilities = (rows: Rows, row: number, into: Float64Array) => void;

/** `exp(mean sum p log p - sum q log q)` for the mean q of all p: the identity needs no second pass. */
function scoreOf(rows: Rows, chosen: Uint32Array, read: LogProbabilities): number {
  const logs = new Float64Array(rows.dimensions);
  const marginal = new Float64Array(rows.dimensions);
  let negativeEntropy = 0;
  for (const row of chosen) {
    read(rows, row, logs);
    for (let y = 0; y < logs.length; y++) {
      const p = Math.exp(logs[y] as number);
      // 0 log 0 is 0.
      if (p === 0) continue;
      negativeEntropy += p * (logs[y] as number);
      marginal[y] = (marginal[y] as number) + p;
    }
  }
  const divergence = marginal.reduce((sum, total) => {
    const q = total / chosen.length;
    return q === 0 ? sum : sum - q * Math.log(q);
  }, negativeEntropy / chosen.length);
  // Rounding puts a constant classifier a hair below 0.
  return Math.exp(Math.max(0, divergence));
}

/** The logarithm of the softmax. */
function logProbabilities({ values, dimensions }: Rows, row: number, into: Float64Array): void {
  const from = row * dimensions;
  let greatest = -Infinity;
  for (let y = 0; y < dimensions; y++) greatest = Math.max(greatest, values[from + y] as number);
  let sum = 0;
  for (let y = 0; y < dimensions; y++) sum += Math.exp((values[from + y] as number) - greatest);
  const shift = greatest + Math.log(sum);
  for (let y = 0; y < dimensions; y++) into[y] = (values[from + y] as number) - shift;
}

function logOfProbabilities({ values, dimensions }: Rows, row: number, into: Float64Array): void {
  for (let y = 0; y < dimensions; y++) into[y] = Math.log(values[row * dimensions + y] as number);
}
