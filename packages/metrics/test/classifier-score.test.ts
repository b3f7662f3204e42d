import { arrayDataset } from '@ganzoo/core';
import { classifierScore, extractFeatures, inceptionScore } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const values = numbers(60 * 16, 3).map(Math.tanh);
const images = arrayDataset({ name: 'noise', values, sampleShape: [4, 4, 1] });
/** A class a column. */
const classifier = {
  name: 'columns',
  logits: (all: tf.Tensor4D) => tf.tidy(() => tf.mul<tf.Tensor2D>(tf.mean<tf.Tensor2D>(tf.squeeze<tf.Tensor3D>(all, [3]), 1), 5)),
};

describe('classifierScore', () => {
  it('is the Inception score of the logits of all images, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const logits = await extractFeatures({ images, extractor: (all) => classifier.logits(all) });
    expect([logits.values.length, logits.dimensions]).toEqual([240, 4]);
    const score = await classifierScore({ generated: images, classifier, splits: 3 });
    expect(score).toEqual(await inceptionScore(logits, { splits: 3 }));
    expect(score.scores).toHaveLength(3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes so many of what has no end, 10,000 unless told', async () => {
    const asked: number[] = [];
    const trainer = {
      sample: (count: number) => {
        asked.push(count);
        return tf.zeros([count, 4, 4, 1]);
      },
    };
    await classifierScore({ generated: trainer, classifier, batchSize: 2500 });
    expect(asked).toEqual([2500, 2500, 2500, 2500]);
    await classifierScore({ generated: trainer, classifier, samples: 70 });
    expect(asked.slice(4)).toEqual([64, 6]);
  });

  it('refuses more parts than images before it looks at one', async () => {
    let looked = 0;
    const asked = {
      logits: (all: tf.Tensor4D) => {
        looked++;
        return classifier.logits(all);
      },
    };
    await expect(classifierScore({ generated: images, classifier: asked, samples: 5 })).rejects.toThrow('splits is 10, but there are 5 samples');
    expect(looked).toBe(0);
  });

  it.each([
    [{ classifer: 3 }, "unknown option 'classifer'"],
    [{ splits: 61 }, 'splits is 61, but there are 60 samples'],
    [{ samples: 61 }, 'the generated images are 60 images, but 61 are asked for'],
    [{ generated: arrayDataset({ name: 'one', values: values.slice(0, 16), sampleShape: [4, 4, 1] }) }, 'the generated images are a single image'],
    [{ classifier: { logits: 3 } }, "classifier must have a function 'logits' from images to [n, classes], such as await mnistClassifier()"],
    [{ classifier: undefined }, "classifier must have a function 'logits'"],
  ])('refuses %j', async (wrong, message) => {
    await expect(classifierScore({ generated: images, classifier, ...wrong } as never)).rejects.toThrow(message);
  });
});
