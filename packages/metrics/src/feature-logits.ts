import { GanzooError } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from './extractor.ts';
import { expectFinite, readRows, type FlatPoints, type Points } from './points.ts';

const SCOPE = 'metrics/featureLogits';
/** Features at a time: those of the Inception network take 8 MB. */
const batchSize = 1000;

/**
 * What a classifier says of images whose features are there already, for `inceptionScore` and `classBalance`: by far less work
 * than a second look at the images.
 *
 * @param features [n, dimensions], of this classifier: those of another have no meaning to it
 * @returns logits [n, classes]
 * @throws GanzooError on features of another width, and values that are not finite
 */
export async function featureLogits(features: Points, classifier: Pick<Classifier, 'dimensions' | 'logitsOfFeatures'>): Promise<FlatPoints> {
  if (typeof classifier?.logitsOfFeatures !== 'function')
    throw new GanzooError(SCOPE, "classifier must have a function 'logitsOfFeatures' from features to [n, classes], such as await mnistClassifier().");
  const rows = await readRows(SCOPE, 'features', features);
  expectFinite(SCOPE, rows);
  const { values, count, dimensions } = rows;
  if (dimensions !== classifier.dimensions) {
    throw new GanzooError(SCOPE, `features are of ${dimensions} dimensions, those of the classifier of ${classifier.dimensions}. Give it its own features.`);
  }
  let logits = new Float32Array();
  for (let first = 0; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    const batch = tf.tensor2d(Float32Array.from(values.subarray(first * dimensions, (first + size) * dimensions)), [size, dimensions]);
    try {
      const said = await classifier.logitsOfFeatures(batch);
      if (first === 0) logits = new Float32Array(count * said.shape[1]);
      logits.set(await said.data<'float32'>(), first * said.shape[1]);
      said.dispose();
    } finally {
      batch.dispose();
    }
  }
  return { values: logits, dimensions: logits.length / count };
}
