import { expectKeys, GanzooError } from '@ganzoo/core';
import type { Classifier } from './extractor.ts';
import { imageCount, type ImageSource } from './image-batches.ts';
import { collectFeatures, featureKeys, featurePlan, type FeatureOptions } from './image-features.ts';
import { inceptionScore, scorePlan, type InceptionScore, type InceptionScoreOptions } from './inception-score.ts';

const SCOPE = 'metrics/classifierScore';

/** Options of {@link classifierScore}. */
export interface ClassifierScoreOptions extends Omit<FeatureOptions, 'extractor'>, Pick<InceptionScoreOptions, 'splits' | 'shuffle'> {
  /** The images to score. */
  readonly generated: ImageSource;
  /** Such as `await mnistClassifier()`. By `await fidInception(weights)` it is the Inception score itself. */
  readonly classifier: Pick<Classifier, 'logits'>;
}

/**
 * The {@link inceptionScore} of generated images by a classifier: 1 to its number of classes. Real images score less than that
 * too, so compare with what they score.
 *
 * @throws GanzooError on unknown options, sources with too few images, and logits that are not `[n, classes]`
 */
export async function classifierScore(options: ClassifierScoreOptions): Promise<InceptionScore> {
  const { generated, classifier } = options;
  expectKeys(SCOPE, options, [...featureKeys.filter((key) => key !== 'extractor'), 'generated', 'classifier', 'splits', 'shuffle']);
  if (typeof classifier?.logits !== 'function')
    throw new GanzooError(SCOPE, "classifier must have a function 'logits' from images to [n, classes], such as await mnistClassifier().");
  const plan = featurePlan(SCOPE, { ...options, extractor: (images) => classifier.logits(images) });
  // Refused before the hours that a look at many images may take.
  const parts = scorePlan(SCOPE, options, imageCount(SCOPE, 'the generated images', generated, plan.samples));
  return inceptionScore(await collectFeatures(SCOPE, 'the generated images', generated, plan, plan), parts);
}
