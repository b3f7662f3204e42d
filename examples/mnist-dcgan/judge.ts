import { evaluateEvery, type EvaluateEvery, type Store } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { classifierScore, fid, imageStatistics, mnistClassifier, type ImageSource } from '@ganzoo/metrics';

const samples = 2000;

/** How good digits are, by a classifier of digits. */
export interface Judge {
  /** Judges a run every so many steps, and keeps the checkpoint whose digits were closest to real ones. */
  readonly callback: EvaluateEvery;
  /** The last judgement, beside that of as many real digits. */
  readonly verdict: () => string;
}

export async function digitJudge({ steps, best }: { steps: number; best: Store }): Promise<Judge> {
  const classifier = await mnistClassifier();
  const real = await imageStatistics({ images: await mnist({ split: 'test' }), extractor: classifier, samples });
  const score = async (generated: ImageSource, signal?: AbortSignal): Promise<number> =>
    (await classifierScore({ generated, classifier, samples, signal })).mean;
  const distance = (generated: ImageSource, signal?: AbortSignal): Promise<number> => fid({ real, generated, extractor: classifier, samples, signal });

  const digits = await mnist();
  const floor = { score: await score(digits), distance: await distance(digits) };
  const callback = evaluateEvery({
    steps,
    metrics: { score: (run) => score(run, run.signal), distance: (run) => distance(run, run.signal) },
    best: { metric: 'distance', mode: 'min', store: best },
  });
  return {
    callback,
    verdict() {
      const { score, distance } = callback.rows.at(-1)?.values ?? {};
      if (score === undefined || distance === undefined) return 'It ended before the digits were judged.';
      return `By ${samples.toLocaleString('en')} digits: classifier score ${score.toFixed(2)} (real ones ${floor.score.toFixed(2)}), Fréchet classifier distance ${distance.toFixed(2)} (real ones ${floor.distance.toFixed(2)})`;
    },
  };
}
