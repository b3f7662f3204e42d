import { expectInteger, expectKeys, GanzooError, showShape } from '@ganzoo/core';
import type { Batch, BatchRequest, Dataset, Drawn, Json } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';

const SCOPE = 'datasets/stackedMnist';
const mostChannels = 9;

/** Options of {@link stackedMnist}. */
export interface StackedMnistOptions {
  /** Digits on top of each other: there are `10 ** channels` modes. 3 unless told, as in the papers. */
  readonly channels?: number;
}

/**
 * Stacked MNIST: images `[28, 28, 3]` whose channels are three digits that have nothing to do with each other, so that there
 * are 1000 modes to be covered (Metz et al. 2016, https://arxiv.org/abs/1611.02163; VEEGAN, https://arxiv.org/abs/1705.07761;
 * PacGAN, https://arxiv.org/abs/1712.04086). Labels are the number they spell, 0 to 999, the first channel being the hundreds.
 *
 * The papers fix 128,000 stacks beforehand. Here each channel walks over all digits in an order of its own, so that there is no
 * end of new stacks, and no `size`. `stackedModes()` of `@ganzoo/metrics` counts the modes that a generator covers.
 *
 * @param digits any labelled images of one channel, such as `await mnist()`, with labels 0 to 9; their values are kept as they are
 * @throws GanzooError on an unknown option, and on images or labels that are not such digits
 */
export function stackedMnist(digits: Dataset, options: StackedMnistOptions = {}): Dataset {
  expectKeys(SCOPE, options, ['channels']);
  const { channels = 3 } = options;
  expectInteger(SCOPE, 'channels', channels, 1);
  if (channels > mostChannels) throw new GanzooError(SCOPE, `channels must be at most ${mostChannels}, got ${channels}: labels are int32.`);
  const { sampleShape, range } = digits;
  if (sampleShape) expectGrey(digits, sampleShape);
  return {
    name: `stacked ${digits.name}`,
    ...(sampleShape && { sampleShape: [...sampleShape.slice(0, 2), channels] }),
    ...(range && { range }),
    batches: (request) => stacks(digits, channels, request),
  };
}

/** One walk over the digits a channel, each by a stream of its own. The cursor is the list of theirs. */
async function* stacks(digits: Dataset, channels: number, { size, rng, cursor }: BatchRequest): AsyncGenerator<Drawn> {
  const starts = startsOf(digits, channels, cursor);
  const walks = Array.from({ length: channels }, (_, channel) => {
    const start = starts?.[channel];
    return digits.batches({ size, rng: rng.fork(`channel ${channel}`), ...(start !== undefined && { cursor: start }) })[Symbol.asyncIterator]();
  });
  try {
    for (;;) {
      const layers = await drawAll(walks);
      // Where a channel has ended, so have the stacks.
      if (layers.length < channels) return;
      yield { batch: await stack(digits, layers), cursor: layers.map(({ cursor }) => cursor) };
    }
  } finally {
    for (const walk of walks) await walk.return?.();
  }
}

function startsOf(digits: Dataset, channels: number, cursor: Json | undefined): readonly Json[] | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  if (Array.isArray(cursor) && cursor.length === channels) return cursor;
  throw new GanzooError(
    SCOPE,
    `the cursor of stacks of '${digits.name}' has a part for each of the ${channels} channels, got ${JSON.stringify(cursor)}. Go on with the data that the checkpoint was saved with.`,
  );
}

/** The next batch of each walk; fewer where one has ended or failed, and those are disposed of. */
async function drawAll(walks: readonly AsyncIterator<Drawn>[]): Promise<Drawn[]> {
  const layers: Drawn[] = [];
  try {
    for (const walk of walks) {
      const { done, value } = await walk.next();
      if (done) break;
      layers.push(value);
    }
    return layers;
  } finally {
    if (layers.length < walks.length) dispose(layers);
  }
}

/** One batch of many, which are disposed of. */
async function stack(digits: Dataset, layers: readonly Drawn[]): Promise<Batch> {
  try {
    const images = layers.map(({ batch: { samples } }) => samples);
    images.forEach(({ shape }) => expectGrey(digits, shape.slice(1)));
    const labels = await numbers(digits, layers);
    return { samples: tf.tidy(() => tf.concat(images, 3)), labels: tf.tensor1d(labels, 'int32') };
  } finally {
    dispose(layers);
  }
}

/** What the digits of each stack spell. */
async function numbers(digits: Dataset, layers: readonly Drawn[]): Promise<Int32Array> {
  const spelt = new Int32Array(layers[0]?.batch.samples.shape[0] ?? 0);
  for (const { labels } of layers.map(({ batch }) => batch)) {
    if (!labels) throw new GanzooError(SCOPE, `'${digits.name}' has no labels, so that nobody knows what is stacked. Give digits with labels 0 to 9.`);
    (await labels.data()).forEach((digit, row) => {
      if (!(digit >= 0 && digit < 10)) throw new GanzooError(SCOPE, `'${digits.name}' has the label ${digit}; digits have 0 to 9.`);
      spelt[row] = 10 * (spelt[row] as number) + digit;
    });
  }
  return spelt;
}

function dispose(layers: readonly Drawn[]): void {
  for (const { batch } of layers) tf.dispose(batch.labels ? [batch.samples, batch.labels] : batch.samples);
}

function expectGrey(digits: Dataset, shape: readonly number[]): void {
  if (shape.length === 3 && shape[2] === 1) return;
  throw new GanzooError(SCOPE, `'${digits.name}' has samples of shape ${showShape(shape)}; digits are [height, width, 1], as those of await mnist().`);
}
