import { evaluateEvery, type EvaluateEvery, type Store } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { extractFeatures, featureLogits, frechetDistance, imageStatistics, inceptionScore, mnistClassifier, type ImageSource } from '@ganzoo/metrics';

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
  const look = async (images: ImageSource, signal?: AbortSignal): Promise<{ score: number; distance: number }> => {
    const features = await extractFeatures({ images, extractor: classifier, samples, signal });
    const { mean } = await inceptionScore(await featureLogits(features, classifier));
    return { score: mean, distance: await frechetDistance(real, features, { signal }) };
  };

  const floor = await look(await mnist());
  const callback = evaluateEvery({
    steps,
    metrics: { digits: (run) => look(run, run.signal) },
    best: { metric: 'digits/distance', mode: 'min', store: best },
  });
  return {
    callback,
    verdict() {
      const { 'digits/score': score, 'digits/distance': distance } = callback.rows.at(-1)?.values ?? {};
      if (score === undefined || distance === undefined) return 'It ended before the digits were judged.';
      return `By ${samples.toLocaleString('en')} digits: classifier score ${score.toFixed(2)} (real ones ${floor.score.toFixed(2)}), Fréchet classifier distance ${distance.toFixed(2)} (real ones ${floor.distance.toFixed(2)})`;
    },
  };
}
