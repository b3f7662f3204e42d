import { expectInteger, expectKeys, GanzooError, rng, type Dataset } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { trainClassifier } from './digits/training.ts';
import type { Classifier } from './extractor.ts';
import type { ImageSource } from './image-batches.ts';
import { collectLabelled, type LabelledImages } from './labelled-images.ts';
import { report, stage, workKeys, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/ganTrain';
/** Of a test set at once. */
const testBatch = 250;

/** Options of {@link ganTrain}. */
export interface GanTrainOptions extends WorkOptions {
  /** What the classifier learns from: images with classes, or any that a labeller tells the classes of. */
  readonly generated: ImageSource;
  /** What it is tested on: a dataset with labels, all of it. */
  readonly test: Dataset;
  /** Tells the classes of images that come without, such as `await mnistClassifier()` those of digits. */
  readonly labeller?: Pick<Classifier, 'logits'>;
  /** Generated images. Unless told, all of a dataset or tensor, and 10,000 of what has no end. */
  readonly samples?: number;
  /** Passes over them. 10 unless told. */
  readonly epochs?: number;
  /** Of the images, and of the classifier's weights and batches. 0 unless told. */
  readonly seed?: number;
}

/** What {@link ganTrain} finds. */
export interface GanTrain {
  /** Share of the test images that the classifier tells, in [0, 1]. */
  readonly accuracy: number;
  /** Of each class, NaN where the test has none of it. */
  readonly perClass: readonly number[];
}

/**
 * GAN-train (Shmelkov et al. 2018, https://arxiv.org/abs/1807.09499): how well a classifier that has seen generated images
 * alone tells real ones. It falls where samples are poor, lack variety, or a class is missing; give real images as `generated`
 * for what is possible.
 *
 * Trains a small convolutional network, that of `mnistClassifier()`, on the active backend: two epochs of 10,000 digits, and the
 * test, took 18 s on two cores with TensorFlow.
 *
 * @throws GanzooError on unknown options, sources with too few images, images without classes, and a test of another shape
 */
export async function ganTrain(options: GanTrainOptions): Promise<GanTrain> {
  expectKeys(SCOPE, options, ['generated', 'test', 'labeller', 'samples', 'epochs', 'seed', ...workKeys]);
  const { generated, test, labeller, samples, epochs = 10, seed = 0 } = options;
  if (samples !== undefined) expectInteger(SCOPE, 'samples', samples, 2);
  expectInteger(SCOPE, 'epochs', epochs, 1);
  expectInteger(SCOPE, 'seed', seed, 0);
  const known = { batchSize: testBatch, seed };
  const seen = await collectLabelled(SCOPE, 'the generated images', generated, { ...known, samples, labeller }, stage(0, 10, options));
  const asked = await collectLabelled(SCOPE, 'the test images', test, { ...known, samples: undefined, labeller: undefined }, stage(1, 10, options));
  if (seen.shape.join() !== asked.shape.join())
    throw new GanzooError(SCOPE, `the test images are [${asked.shape.join(', ')}], but the generated ones [${seen.shape.join(', ')}]. Bring both to one size.`);

  const classes = 1 + Math.max(greatest(seen.labels), greatest(asked.labels));
  const classifier = await learn(seen, classes, { epochs, seed }, options);
  try {
    const { right, all } = await examine(classifier, asked, classes, stage(9, 10, options));
    const sum = (counts: Int32Array): number => counts.reduce((a, b) => a + b, 0);
    return { accuracy: sum(right) / sum(all), perClass: Array.from(right, (count, label) => count / (all[label] as number)) };
  } finally {
    classifier.dispose();
  }
}

type Network = Awaited<ReturnType<typeof trainClassifier>>;

function learn(images: LabelledImages, classes: number, { epochs, seed }: { epochs: number; seed: number }, work: WorkOptions): Promise<Network> {
  const count = images.labels.length;
  const size = Math.min(128, count);
  const perEpoch = Math.floor(count / size);
  const updates = epochs * perEpoch;
  const root = rng(seed).fork('ganTrain');
  const { onProgress, signal } = work;
  const learning = { signal, onProgress: onProgress && ((part: number) => onProgress(0.2 + 0.7 * part)) };
  let order: Uint32Array = new Uint32Array();
  return trainClassifier({
    imageShape: images.shape,
    classes,
    updates,
    rng: root,
    batch(update) {
      const step = update % perEpoch;
      if (step === 0) order = root.fork(`order ${update / perEpoch}`).permutation(count);
      return tensorsOf(images, order.subarray(step * size, (step + 1) * size));
    },
    onUpdate: (update) => report(update + 1, updates, learning),
  });
}

/** Of each class, how many were told and how many there are. */
async function examine(network: Network, images: LabelledImages, classes: number, work: WorkOptions): Promise<{ right: Int32Array; all: Int32Array }> {
  const [right, all] = [new Int32Array(classes), new Int32Array(classes)];
  const count = images.labels.length;
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  for (let from = 0; from < count; from += testBatch) {
    const [samples, labels] = tensorsOf(images, indices.subarray(from, from + testBatch));
    const told = tf.tidy(() => tf.argMax(network.apply(samples, { training: false, updateState: false, rng: rng(0) }), 1));
    tf.dispose([samples, labels]);
    const guesses = await told.data<'int32'>();
    told.dispose();
    guesses.forEach((guess, i) => {
      const label = images.labels[from + i] as number;
      all[label] = (all[label] as number) + 1;
      if (guess === label) right[label] = (right[label] as number) + 1;
    });
    await report(Math.min(count, from + testBatch), count, work);
  }
  return { right, all };
}

function tensorsOf({ pixels, labels, shape }: LabelledImages, indices: Uint32Array): [tf.Tensor4D, tf.Tensor1D] {
  const size = shape[0] * shape[1] * shape[2];
  const values = new Float32Array(indices.length * size);
  indices.forEach((index, row) => {
    for (let i = 0; i < size; i++) values[row * size + i] = (pixels[index * size + i] as number) / 127.5 - 1;
  });
  const classes = Int32Array.from(indices, (index) => labels[index] as number);
  return [tf.tensor4d(values, [indices.length, ...shape]), tf.tensor1d(classes, 'int32')];
}

function greatest(labels: Int32Array): number {
  return labels.reduce((a, b) => Math.max(a, b), 0);
}
