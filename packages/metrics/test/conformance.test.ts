import '@ganzoo/wasm';
import { densityCoverage, frechetDistance, kernelDistance, mnistClassifier, precisionRecall, slicedWasserstein, type FeatureExtractor } from '@ganzoo/metrics';
import { extractorSuite, metricSuite, type ExtractorSuiteOptions, type MetricSuiteOptions } from '@ganzoo/metrics/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';

/** The pixels of images, averaged over squares of 2 x 2. */
const thumbnails: FeatureExtractor = {
  name: 'thumbnails',
  dimensions: 12,
  features: (images) => tf.tidy(() => tf.reshape<tf.Rank.R2>(tf.avgPool(images, 2, 2, 'valid'), [images.shape[0], 12])),
};

describe.each<[string, ExtractorSuiteOptions]>([
  ['mnistClassifier', { make: mnistClassifier, imageShape: [28, 28, 1] }],
  ['a function', { make: () => thumbnails, imageShape: [4, 4, 3] }],
])('the extractor %s conforms', (_, options) => {
  it.each(extractorSuite(options))('$name', ({ run }) => run());
});

const samples = 60;

describe.each<[string, MetricSuiteOptions]>([
  ['frechetDistance', { kind: 'distance', least: 2, measure: frechetDistance }],
  // Of the whole sets: subsets of them depend on places and order.
  [
    'kernelDistance',
    {
      kind: 'distance',
      samples,
      least: samples,
      measure: async (real, generated, work) => (await kernelDistance(real, generated, { subsets: 2, subsetSize: samples, ...work })).mean,
    },
  ],
  ['slicedWasserstein', { kind: 'distance', measure: slicedWasserstein }],
  ['precision', { kind: 'score', least: 4, measure: async (real, generated, work) => (await precisionRecall(real, generated, work)).precision }],
  ['recall', { kind: 'score', least: 4, measure: async (real, generated, work) => (await precisionRecall(real, generated, work)).recall }],
  ['1 - precision', { kind: 'distance', symmetric: false, least: 4, measure: async (...sets) => 1 - (await precisionRecall(...sets)).precision }],
  ['density', { kind: 'score', least: 6, measure: async (real, generated, work) => (await densityCoverage(real, generated, work)).density }],
  ['coverage', { kind: 'score', least: 6, measure: async (real, generated, work) => (await densityCoverage(real, generated, work)).coverage }],
])('the metric %s conforms', (_, options) => {
  it.each(metricSuite(options))('$name', ({ run }) => run());
});
