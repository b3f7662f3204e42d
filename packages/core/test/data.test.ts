import { arrayDataset, rng, toDataset, Trainer, type Batch, type DataSource, type Dataset, type Json } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageGan, images, planeGan, points, use } from './support.ts';

beforeAll(() => use('cpu'));

async function take(dataset: Dataset, count: number, size: number, seed = 0, cursor?: Json): Promise<{ rows: number[][]; labels: number[]; cursor: Json }> {
  const rows: number[][] = [];
  const labels: number[] = [];
  let last: Json = null;
  for await (const drawn of dataset.batches({ size, rng: rng(seed), ...(cursor !== undefined && { cursor }) })) {
    rows.push(...((await drawn.batch.samples.array()) as number[][]));
    if (drawn.batch.labels) labels.push(...(await drawn.batch.labels.data()));
    last = drawn.cursor;
    tf.dispose(drawn.batch as unknown as tf.TensorContainer);
    if (--count === 0) break;
  }
  return { rows, labels, cursor: last };
}

describe('arrayDataset', () => {
  const numbered = arrayDataset({
    name: 'numbered',
    values: Float32Array.from({ length: 10 }, (_, i) => i),
    sampleShape: [1],
    labels: Array.from({ length: 10 }, (_, i) => i * 10),
  });

  it('visits every sample once an epoch, in an order of the seed, labels with them', async () => {
    const { rows, labels } = await take(numbered, 10, 3);
    const values = rows.flat();
    expect(labels).toEqual(values.map((v) => v * 10));
    for (const epoch of [0, 1, 2]) expect(values.slice(epoch * 10, epoch * 10 + 10).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(values.slice(0, 10)).not.toEqual(values.slice(10, 20));
    expect((await take(numbered, 10, 3, 1)).rows.flat()).not.toEqual(values);
  });

  it('goes on from a cursor where it stopped', async () => {
    const whole = await take(numbered, 9, 4);
    const first = await take(numbered, 4, 4);
    const rest = await take(numbered, 5, 4, 0, first.cursor);
    expect([...first.rows, ...rest.rows]).toEqual(whole.rows);
  });

  it('makes floats in [-1, 1] of bytes', async () => {
    const bytes = arrayDataset({ name: 'bytes', values: Uint8Array.of(0, 51, 255), sampleShape: [1] });
    const { rows } = await take(bytes, 1, 3);
    expect(rows.flat().sort((a, b) => a - b)).toEqual([-1, expect.closeTo(-0.6, 6), 1]);
  });

  it('draws batches larger than the data', async () => {
    expect((await take(numbered, 1, 25)).rows).toHaveLength(25);
  });

  it('refuses what does not add up', () => {
    expect(() => arrayDataset({ name: 'odd', values: new Float32Array(7), sampleShape: [2] })).toThrow(
      "the number of samples in 'odd' (7 values of shape [2]) must be an integer",
    );
    expect(() => arrayDataset({ name: 'short', values: new Float32Array(8), sampleShape: [2], labels: [1] })).toThrow("'short' has 4 samples but 1 labels");
    expect(() => arrayDataset({ name: 'hole', values: Float32Array.of(0, NaN), sampleShape: [1] })).toThrow("'hole' holds NaN at value 1");
  });
});

describe('every source of data', () => {
  const flat = points(12);
  const sources: Record<string, () => DataSource> = {
    'a tensor': () => tf.tensor2d(flat.map((p) => [...p])),
    'nested numbers': () => flat.map((p) => [...p]),
    'typed arrays': () => flat,
    'an array of tensors': () => flat.map((p) => tf.tensor1d(p)),
    'a tf.data.Dataset': () => tf.data.array(flat.map((p) => [...p])).batch(4),
    'a tf.data.Dataset of records': () => tf.data.array(flat.map((p) => ({ samples: [...p] }))).batch(4),
    'an async iterable of tensors': () => ({
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 3; i++) yield tf.tensor2d(flat.slice(i * 4, i * 4 + 4).map((p) => [...p]));
      },
    }),
    'an async iterable of batches': () => ({
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for (let i = 0; i < 3; i++) yield { samples: tf.tensor2d(flat.slice(i * 4, i * 4 + 4).map((p) => [...p])), labels: tf.zeros([4], 'int32') };
      },
    }),
  };

  it.each(Object.keys(sources))('trains from %s', async (name) => {
    const trainer = new Trainer(planeGan());
    // More steps than one pass: a stream starts again.
    await trainer.fit((sources[name] as () => DataSource)(), { steps: 5, batchSize: 4 });
    expect(trainer.realSamples).toBe(20);
    trainer.dispose();
  });

  it('is named in the error when it is none', async () => {
    await expect(toDataset('photos' as never)).rejects.toThrow('expected a Dataset, a tensor');
    await expect(toDataset([])).rejects.toThrow('empty array');
    await expect(toDataset([[1, 2], [3]])).rejects.toThrow("sample 1 of 'data' has 1 values, the first has 2");
  });
});

describe('data that do not suit the GAN', () => {
  it('is refused for its shape before the first step', async () => {
    const trainer = new Trainer(imageGan());
    const wrong = images(4, [10, 8, 1]);
    await expect(trainer.fit(wrong, { steps: 1 })).rejects.toThrow(
      "made for samples of shape [8, 8, 1], but 'data' has samples of shape [10, 8, 1]. Pass sampleShape: [10, 8, 1]",
    );
    expect(trainer.step).toBe(0);
    wrong.dispose();
    trainer.dispose();
  });

  it('is refused for its range, also where it comes as a stream', async () => {
    const trainer = new Trainer(imageGan());
    const bright = tf.tidy(() => images(4).mul(255));
    await expect(trainer.fit(bright, { steps: 1 })).rejects.toThrow('samples must lie in [-1, 1], but');
    const before = tf.memory().numTensors;
    const stream = (values: () => tf.Tensor): DataSource => ({
      async *[Symbol.asyncIterator]() {
        yield values();
      },
    });
    await expect(
      trainer.fit(
        stream(() => tf.fill([2, 8, 8, 1], 2)),
        { steps: 1 },
      ),
    ).rejects.toThrow('samples must lie in [-1, 1], but a batch of');
    await expect(
      trainer.fit(
        stream(() => tf.fill([2, 8, 8, 1], NaN)),
        { steps: 1 },
      ),
    ).rejects.toThrow('holds NaN at value 0');
    await expect(
      trainer.fit(
        stream(() => tf.zeros([2, 4, 4, 1])),
        { steps: 1 },
      ),
    ).rejects.toThrow('has samples of shape [4, 4, 1]');
    expect(tf.memory().numTensors).toBe(before);
    bright.dispose();
    trainer.dispose();
  });

  it('may be of any finite range for points', async () => {
    const trainer = new Trainer(planeGan());
    await trainer.fit(
      [
        [4, -4],
        [2, 0],
      ],
      { steps: 1, batchSize: 2 },
    );
    await expect(trainer.fit([[4, Infinity]], { steps: 2 })).rejects.toThrow('holds Infinity at value 1');
    trainer.dispose();
  });
});

describe('a stream that yields something else', () => {
  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, "'data' yielded a batch without tensors"],
    ['numbers', () => ({ samples: [[1, 2]] }), "'data' yielded a batch without tensors"],
    ['no samples', () => ({ labels: tf.zeros([2]) }), "a batch of 'data' has no samples"],
    ['integers', () => tf.zeros([4, 2], 'int32'), "a batch of 'data' is int32; samples must be float32"],
    ['an empty batch', () => tf.zeros([0, 2]), "a batch of 'data' is empty"],
    ['too few labels', () => ({ samples: tf.zeros([4, 2]), labels: tf.zeros([2], 'int32') }), "a batch of 'data' has 4 samples but labels of shape [2]"],
  ])('is refused (%s)', async (_, item, message) => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(planeGan());
    const source = (async function* () {
      yield item() as tf.Tensor;
    })();
    await expect(trainer.fit(source, { steps: 1 })).rejects.toThrow(message);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
