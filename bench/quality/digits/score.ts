import { arrayDataset, type Dataset } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import {
  classBalance,
  extractFeatures,
  featureLogits,
  frechetDistance,
  FeatureStatistics,
  ganTrain,
  inceptionScore,
  mnistClassifier,
  precisionRecall,
  type ImageSource,
} from '@ganzoo/metrics';
import { sampleCount } from './training.ts';

/** What 10,000 digits score by `mnistClassifier()`, against the 10,000 test digits. */
export interface Scores {
  /** Classifier score, 1 to 10: mean and deviation over ten splits. */
  readonly score: number;
  readonly scoreDeviation: number;
  /** Fréchet classifier distance. */
  readonly distance: number;
  readonly precision: number;
  readonly recall: number;
  /** Divergence of the digits' frequencies from those of the test digits, in nats. */
  readonly classKl: number;
  /** Share of the test digits that a classifier tells which has seen these samples alone, with the classes the judge sees in them. */
  readonly ganTrain: number;
}

/** @returns what scores bytes of digits, and the same of as many training digits: what no generator can be expected to beat */
export async function judgeOfDigits(): Promise<{ readonly score: (digits: Uint8Array) => Promise<Scores>; readonly floor: () => Promise<Scores> }> {
  const judge = await mnistClassifier();
  const test = await mnist({ split: 'test' });
  const judged = async (images: ImageSource) => {
    const features = await extractFeatures({ images, extractor: judge, samples: sampleCount, batchSize: 250 });
    return { features, logits: await featureLogits(features, judge) };
  };
  const real = await judged(test);
  const statistics = await FeatureStatistics.of(real.features);

  const scores = async (images: Dataset): Promise<Scores> => {
    const { features, logits } = await judged(images);
    const { mean, std } = await inceptionScore(logits);
    const { precision, recall } = await precisionRecall(real.features, features);
    const { accuracy } = await ganTrain({ generated: images, test, labeller: judge, samples: sampleCount });
    return {
      score: round(mean),
      scoreDeviation: round(std),
      distance: round(await frechetDistance(statistics, features)),
      precision: round(precision),
      recall: round(recall),
      classKl: round((await classBalance(logits, { reference: real.logits })).kl),
      ganTrain: round(accuracy),
    };
  };
  return {
    score: (digits) => scores(arrayDataset({ name: 'samples', values: digits, sampleShape: [28, 28, 1] })),
    floor: async () => scores(await mnist()),
  };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
