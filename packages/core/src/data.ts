import * as tf from '@tensorflow/tfjs';
import { expectInteger, GanzooError, showShape } from './errors.ts';
import type { BatchRequest, Dataset, Drawn } from './run-types.ts';
import type { Gan } from './game-types.ts';
import type { Batch, Rng, Shape } from './types.ts';

const SCOPE = 'core/data';

/** Samples in memory, for {@link arrayDataset}. */
export interface ArrayData {
  /** What logs, checkpoints and errors call the data. */
  readonly name: string;
  /** All samples, one after another. Bytes stand for [-1, 1] and become floats a batch at a time. */
  readonly values: Uint8Array | Float32Array;
  /** Of one sample, without the batch. */
  readonly sampleShape: Shape;
  /** One class a sample. */
  readonly labels?: ArrayLike<number>;
}

/** A dataset over values in memory: each epoch visits every sample once, in an order drawn from the run's seed. */
export function arrayDataset({ name, values, sampleShape, labels }: ArrayData): Dataset {
  const sampleSize = sampleShape.reduce((product, size) => product * size, 1);
  const count = values.length / sampleSize;
  expectInteger(SCOPE, `the number of samples in '${name}' (${values.length} values of shape ${showShape(sampleShape)})`, count, 1);
  if (labels && labels.length !== count) {
    throw new GanzooError(SCOPE, `'${name}' has ${count} samples but ${labels.length} labels; give one label a sample.`);
  }
  const toFloat = values instanceof Uint8Array;

  const read = (indices: Uint32Array): Batch => {
    const floats = new Float32Array(indices.length * sampleSize);
    const classes = labels && new Int32Array(indices.length);
    indices.forEach((index, row) => {
      const sample = values.subarray(index * sampleSize, (index + 1) * sampleSize);
      if (toFloat) {
        for (let i = 0; i < sampleSize; i++) floats[row * sampleSize + i] = (sample[i] as number) / 127.5 - 1;
      } else {
        floats.set(sample, row * sampleSize);
      }
      if (classes) classes[row] = labels[index] as number;
    });
    const samples = tf.tensor(floats, [indices.length, ...sampleShape], 'float32');
    return classes ? { samples, labels: tf.tensor1d(classes, 'int32') } : { samples };
  };

  return {
    name,
    size: count,
    sampleShape,
    range: toFloat ? [-1, 1] : extent(values, `'${name}'`),
    async *batches({ size, rng, cursor }: BatchRequest): AsyncGenerator<Drawn> {
      let position = startOf(cursor);
      const order = epochs(rng, count);
      for (;;) {
        const indices = Uint32Array.from({ length: size }, (_, i) => order(position + i));
        position += size;
        yield { batch: read(indices), cursor: position };
      }
    },
  };
}

/** The sample at each position of an endless walk over the data; batches may straddle two epochs. */
function epochs(rng: Rng, count: number): (position: number) => number {
  let current = -1;
  let order: Uint32Array = new Uint32Array();
  return (position) => {
    const epoch = Math.floor(position / count);
    if (epoch !== current) {
      order = rng.fork(epoch).permutation(count);
      current = epoch;
    }
    return order[position % count] as number;
  };
}

function startOf(cursor: unknown): number {
  if (cursor === undefined || cursor === null) return 0;
  expectInteger(SCOPE, 'the data cursor of a checkpoint', cursor, 0);
  return cursor;
}

function extent(values: Float32Array, what: string): readonly [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) throw new GanzooError(SCOPE, `${what} holds ${value} at value ${index}; remove or repair that sample.`);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  });
  return [least, greatest];
}

/** Whatever a training takes for data. Tensors inside stay their owner's, except those a stream yields. */
export type DataSource =
  | Dataset
  | tf.Tensor
  | readonly (readonly number[] | tf.Tensor | Float32Array)[]
  | number[][][]
  | number[][][][]
  | AsyncIterable<Batch | tf.Tensor>
  | { readonly iterator: () => Promise<{ next: () => Promise<{ value: unknown; done?: boolean | undefined }> }> };

/**
 * Makes a dataset of any {@link DataSource}: a tensor `[n, ...sampleShape]`, an array of samples (nested numbers or
 * tensors), a `tf.data.Dataset` of batches or an async iterable of them.
 *
 * A stream yields its batches as they are, so `batchSize` is its own, and starts again from its beginning when it ends;
 * its tensors are disposed after use. An iterator that can be walked only once trains until it ends.
 */
export async function toDataset(source: DataSource, name = 'data'): Promise<Dataset> {
  if (isDataset(source)) return source;
  if (source instanceof tf.Tensor) {
    return arrayDataset({ name, values: new Float32Array(await source.data()), sampleShape: source.shape.slice(1) });
  }
  if (Array.isArray(source)) return fromArray(source, name);
  if (typeof source === 'object' && source !== null) {
    if ('iterator' in source) return streamDataset(() => iterateTfData(source), name);
    if (Symbol.asyncIterator in source) return streamDataset(() => source, name);
  }
  throw new GanzooError(SCOPE, 'expected a Dataset, a tensor [n, ...sampleShape], an array of samples, a tf.data.Dataset or an async iterable of batches.');
}

function isDataset(source: unknown): source is Dataset {
  return typeof (source as Dataset | undefined)?.batches === 'function';
}

async function fromArray(samples: readonly unknown[], name: string): Promise<Dataset> {
  if (samples.length === 0) throw new GanzooError(SCOPE, `'${name}' is an empty array; give at least one sample.`);
  const first = samples[0];
  if (typeof first !== 'object' || first === null)
    throw new GanzooError(SCOPE, `a sample of '${name}' is ${typeof first}; each must be an array of numbers or a tensor, such as [[0.1, 0.2], [0.3, 0.4]].`);
  const sampleShape: Shape = first instanceof tf.Tensor ? first.shape : ArrayBuffer.isView(first) ? [(first as Float32Array).length] : shapeOf(first);
  const sampleSize = sampleShape.reduce((product, size) => product * size, 1);
  const values = new Float32Array(samples.length * sampleSize);
  for (const [index, sample] of samples.entries()) {
    const flat =
      sample instanceof tf.Tensor ? await sample.data() : ArrayBuffer.isView(sample) ? (sample as Float32Array) : (sample as number[]).flat(Infinity);
    if (flat.length !== sampleSize) {
      throw new GanzooError(
        SCOPE,
        `sample ${index} of '${name}' has ${flat.length} values, the first has ${sampleSize} (shape ${showShape(sampleShape)}); all must have one shape.`,
      );
    }
    values.set(flat as ArrayLike<number>, index * sampleSize);
  }
  return arrayDataset({ name, values, sampleShape });
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

async function* iterateTfData(source: {
  iterator: () => Promise<{ next: () => Promise<{ value: unknown; done?: boolean | undefined }> }>;
}): AsyncGenerator<Batch | tf.Tensor> {
  const iterator = await source.iterator();
  for (let item = await iterator.next(); !item.done; item = await iterator.next()) yield item.value as Batch | tf.Tensor;
}

function streamDataset(open: () => AsyncIterable<Batch | tf.Tensor>, name: string): Dataset {
  return {
    name,
    async *batches({ cursor }: BatchRequest): AsyncGenerator<Drawn> {
      // A stream keeps no place of its own: a resumed run skips what it has seen.
      let toSkip = startOf(cursor);
      for (let drawn = 0; ;) {
        const before = drawn;
        for await (const item of open()) {
          drawn++;
          const batch = item instanceof tf.Tensor ? { samples: item } : item;
          if (toSkip > 0) {
            toSkip--;
            disposeBatch(batch);
            continue;
          }
          yield { batch, cursor: drawn };
        }
        if (drawn === before) return;
      }
    },
  };
}

export function disposeBatch(batch: unknown): void {
  tf.dispose(batch as tf.TensorContainer);
}

/** Refuses, before training, data whose shape or range the GAN does not take. */
export function checkDataset(dataset: Dataset, gan: Pick<Gan, 'name' | 'expects'>): void {
  const { expects } = gan;
  if (!expects) return;
  if (dataset.sampleShape) checkShape(dataset.sampleShape, expects.sampleShape, `'${dataset.name}'`, gan.name);
  if (dataset.range) checkRange(dataset.range, expects.range, `'${dataset.name}'`);
}

/** The same for one batch of a stream, whose values nobody has seen before. */
export async function checkBatch(batch: Batch, dataset: Dataset, gan: Pick<Gan, 'name' | 'expects'>): Promise<void> {
  const { expects } = gan;
  if (!expects) return;
  const what = `a batch of '${dataset.name}'`;
  const { samples, labels } = batch;
  if (!(samples instanceof tf.Tensor))
    throw new GanzooError(
      SCOPE,
      `${what} has no samples. Yield { samples } or { samples, labels }; a tf.data.Dataset of { xs } by .map(({ xs }) => ({ samples: xs })).`,
    );
  if (samples.dtype !== 'float32')
    throw new GanzooError(SCOPE, `${what} is ${samples.dtype}; samples must be float32. Cast and rescale them: bytes become floats by x / 127.5 - 1.`);
  const count = samples.shape[0] ?? 0;
  if (count === 0) throw new GanzooError(SCOPE, `${what} is empty; yield at least one sample.`);
  if (labels && labels.shape.join() !== String(count))
    throw new GanzooError(SCOPE, `${what} has ${count} samples but labels of shape ${showShape(labels.shape)}; give one int32 label a sample.`);
  if (labels && labels.dtype !== 'int32') throw new GanzooError(SCOPE, `the labels of ${what} are ${labels.dtype}; cast them to int32.`);
  if (!dataset.sampleShape) checkShape(samples.shape.slice(1), expects.sampleShape, what, gan.name);
  if (!dataset.range) {
    const values = (await samples.data()) as Float32Array;
    checkRange(extent(values, what), expects.range, what);
  }
}

function checkShape(got: Shape, expected: Shape, what: string, gan: string): void {
  if (got.length !== expected.length || got.some((size, axis) => size !== expected[axis])) {
    throw new GanzooError(
      SCOPE,
      `${gan} is made for samples of shape ${showShape(expected)}, but ${what} has samples of shape ${showShape(got)}. Pass sampleShape: ${showShape(got)} to the variant, or resize the data.`,
    );
  }
}

function checkRange([least, greatest]: readonly [number, number], range: readonly [number, number] | undefined, what: string): void {
  // A little slack: resized and rounded pixels overshoot by an ulp or two.
  if (range && (least < range[0] - 1e-3 || greatest > range[1] + 1e-3)) {
    throw new GanzooError(
      SCOPE,
      `samples must lie in [${range[0]}, ${range[1]}], but ${what} has values in [${least}, ${greatest}]. Rescale them: bytes become floats by x / 127.5 - 1.`,
    );
  }
}
