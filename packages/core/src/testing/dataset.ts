import { disposeBatch } from '../data.ts';
import { expectInteger, expectKeys, showShape } from '../errors.ts';
import { rng } from '../random.ts';
import type { BatchRequest, Dataset, Drawn } from '../run-types.ts';
import { once } from '../sides.ts';
import type { Batch, Json, Shape } from '../types.ts';
import { failure, onEachBackend, SCOPE, type Check, type SuiteOptions } from './check.ts';
import { allValues, expectForm, expectNoLeak, expectValues, firstDifference } from './expect.ts';

/** The dataset that `datasetSuite` checks. */
export interface DatasetSuiteOptions extends SuiteOptions {
  /** Called once: a part of large data will do, since one check walks over all of them. */
  readonly make: () => Dataset | Promise<Dataset>;
  /** Of one sample, without the batch. */
  readonly sampleShape: Shape;
  /** Labels must be less than this. Unless told they must only not be negative. */
  readonly classes?: number;
}

const size = 5;

/** What a dataset must do: give batches of one form without end, repeat itself when asked to, and let go of what it gave. */
export function datasetSuite(options: DatasetSuiteOptions): readonly Check[] {
  expectKeys(SCOPE, options, ['make', 'sampleShape', 'classes', 'backends']);
  const { make, sampleShape, classes = 2 ** 31 } = options;
  expectInteger(SCOPE, 'classes', classes, 1);
  // Data may take long to read.
  const data = once(async () => make());

  return onEachBackend(options, {
    'batches have the size that was asked for and the shape of the data': async () => {
      const dataset = await data();
      if (dataset.sampleShape && dataset.sampleShape.join() !== sampleShape.join())
        throw failure(`'${dataset.name}' to say that samples are ${showShape(sampleShape)}`, showShape(dataset.sampleShape), 'Correct what it says.');
      for (const asked of [size, 3])
        await draw(dataset, { size: asked, rng: rng(1) }, 2, ({ samples }) => expectForm(samplesOf(dataset), samples, { shape: [asked, ...sampleShape] }));
    },

    'a batch may be a single sample': async () => {
      const dataset = await data();
      await draw(dataset, { size: 1, rng: rng(1) }, 2, ({ samples }) => expectForm(samplesOf(dataset), samples, { shape: [1, ...sampleShape] }));
    },

    'labels, if there are any, are int32 and one a sample': async () => {
      const dataset = await data();
      const labelled = new Set<boolean>();
      await draw(dataset, { size, rng: rng(1) }, 3, async ({ labels }) => {
        labelled.add(labels !== undefined);
        if (!labels) return;
        const what = `the labels of '${dataset.name}'`;
        expectForm(what, labels, { shape: [size], dtype: 'int32' });
        await expectValues(what, labels, [0, classes - 1]);
      });
      if (labelled.size > 1)
        throw failure(`all batches of '${dataset.name}' to have labels, or none`, 'some with and some without', 'Give every batch its labels.');
    },

    'samples are finite and in the range of the data': async () => {
      const dataset = await data();
      await draw(dataset, { size, rng: rng(1) }, 3, ({ samples }) => expectValues(samplesOf(dataset), samples, dataset.range));
    },

    'the same stream gives the same batches, another one others': async () => {
      const dataset = await data();
      const walk = (seed: number): Promise<Seen[]> => numbers(dataset, { size, rng: rng(seed) }, 3);
      const [first, again, other] = [await walk(1), await walk(1), await walk(2)];
      const cure = 'Take all randomness from the rng of the request, anew for each walk.';
      const difference = firstDifferenceOf(first, again);
      if (difference) throw failure(`the same stream to give the same batches of '${dataset.name}'`, difference, cure);
      if (!firstDifferenceOf(first, other)) throw failure(`another stream to give other batches of '${dataset.name}'`, 'the same three', cure);
    },

    'a cursor goes on exactly where it was': async () => {
      const dataset = await data();
      const [first, ...rest] = await numbers(dataset, { size, rng: rng(1) }, 3);
      // As a checkpoint keeps it.
      const cursor = JSON.parse(JSON.stringify(first?.cursor ?? null)) as Json;
      const resumed = await numbers(dataset, { size, rng: rng(1), cursor }, 2);
      const cure = 'A cursor says where the data stand after its batch: given back, they go on with the batch after it.';
      const difference = firstDifferenceOf(rest, resumed);
      if (difference) throw failure(`'${dataset.name}' to go on the same from the cursor ${JSON.stringify(cursor)}`, difference, cure);
      const [expected, got] = [rest, resumed].map((seen) => JSON.stringify(seen.map((each) => each.cursor)));
      if (got !== expected) throw failure(`the cursors of '${dataset.name}' to be ${expected} from the cursor ${JSON.stringify(cursor)}`, String(got), cure);
    },

    'batches have no end, and one size': async () => {
      const dataset = await data();
      if (dataset.size !== undefined) expectInteger(SCOPE, `the size of '${dataset.name}'`, dataset.size, 1);
      // More than one pass over the data, where one batch holds the last samples of the first pass.
      const [count, each] = dataset.size === undefined ? [50, size] : [3, Math.floor(dataset.size / 2) + 1];
      const drawn = await draw(dataset, { size: each, rng: rng(1) }, count, ({ samples }) => {
        const cure = 'Fill the last batch of a pass with the first samples of the next.';
        if (samples.shape[0] !== each) throw failure(`every batch of '${dataset.name}' to have ${each} samples`, String(samples.shape[0]), cure);
      });
      if (drawn < count)
        throw failure(`'${dataset.name}' to begin again when it is over`, `an end after ${drawn} batches of ${each}`, 'Loop over the data without end.');
    },

    'batches belong to whoever draws them': async () => {
      const dataset = await data();
      await expectNoLeak(`drawing from '${dataset.name}'`, () => staysUntilDisposed(dataset));
      await expectNoLeak(`an early end of drawing from '${dataset.name}'`, async () => void (await draw(dataset, { size, rng: rng(1) }, 1, nothing)));
    },
  });
}

const nothing = (): void => undefined;

function samplesOf({ name }: Dataset): string {
  return `the samples of '${name}'`;
}

/** Draws so many batches, disposes each when it has been looked at, and ends as a `break` does. Answers how many there were. */
async function draw(dataset: Dataset, request: BatchRequest, count: number, look: (batch: Batch, cursor: Json) => void | Promise<void>): Promise<number> {
  let drawn = 0;
  for await (const { batch, cursor } of dataset.batches(request)) {
    try {
      await look(batch, cursor);
    } finally {
      disposeBatch(batch);
    }
    if (++drawn === count) break;
  }
  return drawn;
}

interface Seen {
  readonly values: ReadonlyMap<string, ArrayLike<number>>;
  readonly cursor: Json;
}

/** The next batches as numbers. */
async function numbers(dataset: Dataset, request: BatchRequest, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  await draw(dataset, request, count, async ({ samples, labels }, cursor) => {
    seen.push({ values: await allValues(new Map([['samples', samples], ...(labels ? [['labels', labels] as const] : [])])), cursor });
  });
  return seen;
}

function firstDifferenceOf(first: readonly Seen[], second: readonly Seen[]): string | undefined {
  for (const [index, { values }] of first.entries()) {
    const found = firstDifference(values, second[index]?.values ?? new Map());
    if (found) return `${found} of batch ${index + 1}`;
  }
  return undefined;
}

/** Draws two batches and disposes them after the walk has ended. */
async function staysUntilDisposed(dataset: Dataset): Promise<void> {
  const walk = dataset.batches({ size, rng: rng(1) })[Symbol.asyncIterator]();
  const [first, second] = [await walk.next(), await walk.next()].map(({ value }) => (value as Drawn).batch);
  await walk.return?.();
  const gone = [first, second].find((batch) => batch?.samples.isDisposed);
  if (gone) throw failure(`batches of '${dataset.name}' to stay until they are disposed`, 'a disposed one', 'Leave what was yielded alone, also at the end.');
  disposeBatch(first);
  if (second?.samples.isDisposed)
    throw failure(`batches of '${dataset.name}' to be tensors of their own`, 'the same one twice', 'Yield a new tensor for each batch.');
  disposeBatch(second);
}
