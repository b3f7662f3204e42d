import { arrayDataset, rng, type Dataset } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { frechetDistance, FeatureStatistics, inceptionScore, mnistClassifier, precisionRecall, type FlatPoints } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
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
}

interface Judged {
  readonly features: FlatPoints;
  readonly logits: FlatPoints;
}

/** @returns what scores bytes of digits, and the same of as many training digits: what no generator can be expected to beat */
export async function judgeOfDigits(): Promise<{ readonly score: (digits: Uint8Array) => Promise<Scores>; readonly floor: () => Promise<Scores> }> {
  const judge = await mnistClassifier();
  const reference = await judged(await mnist({ split: 'test' }));
  const statistics = new FeatureStatistics();
  await statistics.add(reference.features);

  async function judged(digits: Dataset): Promise<Judged> {
    const [features, logits] = [new Float32Array(sampleCount * judge.dimensions), new Float32Array(sampleCount * judge.classes)];
    let at = 0;
    for await (const { batch } of digits.batches({ size: 500, rng: rng(0) })) {
      const [seen, told] = [await judge.features(batch.samples as tf.Tensor4D), await judge.logits(batch.samples as tf.Tensor4D)];
      features.set(await seen.data<'float32'>(), at * judge.dimensions);
      logits.set(await told.data<'float32'>(), at * judge.classes);
      tf.dispose([seen, told, batch.samples, ...(batch.labels ? [batch.labels] : [])]);
      at += 500;
      if (at >= sampleCount) break;
    }
    return { features: { values: features, dimensions: judge.dimensions }, logits: { values: logits, dimensions: judge.classes } };
  }

  async function scores(digits: Dataset): Promise<Scores> {
    const { features, logits } = await judged(digits);
    const { mean, std } = await inceptionScore(logits);
    const { precision, recall } = await precisionRecall(reference.features, features);
    return {
      score: round(mean),
      scoreDeviation: round(std),
      distance: round(await frechetDistance(statistics, features)),
      precision: round(precision),
      recall: round(recall),
    };
  }

  return {
    score: (digits) => scores(arrayDataset({ name: 'samples', values: digits, sampleShape: [28, 28, 1] })),
    floor: async () => scores(await mnist()),
  };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
