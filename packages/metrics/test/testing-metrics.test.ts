import { GanzooError, rng } from '@ganzoo/core';
import { failuresOf } from '@ganzoo/core/testing';
import { expectFinite, expectSameDimensions, readPoints, type FlatPoints, type Matrix, type Points, type WorkOptions } from '@ganzoo/metrics';
import { metricSuite, type MetricSuiteOptions } from '@ganzoo/metrics/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

type Measure = MetricSuiteOptions['measure'];
type Estimate = (a: Matrix, b: Matrix) => number;

const mean = ({ values }: Pick<Matrix, 'values'>): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** How far the means of all coordinates are apart. */
const apart: Estimate = (a, b) => Math.abs(mean(a) - mean(b));

/** A metric that does as it should, but for what it estimates and what it checks of its sets. */
function metric(estimate: Estimate = apart, check: (a: Matrix, b: Matrix) => void = checkBoth): Measure {
  return async (real, generated, { signal, onProgress }) => {
    signal?.throwIfAborted();
    const [a, b] = await Promise.all([readPoints('own', 'the real', real), readPoints('own', 'the generated', generated)]);
    check(a, b);
    onProgress?.(0.5);
    const value = estimate(a, b);
    signal?.throwIfAborted();
    onProgress?.(1);
    return value;
  };
}

function checkBoth(a: Matrix, b: Matrix): void {
  expectSameDimensions('own', a, b);
  expectFinite('own', a);
  expectFinite('own', b);
}

/** The sound metric, of other sets or with other options. */
const around =
  (change: (real: Points, generated: Points, work: WorkOptions) => Promise<number>, work?: (given: WorkOptions) => WorkOptions): Measure =>
  (real, generated, given) =>
    change(real, generated, work ? work(given) : given);
const sound = metric();

const number = 'its value is a finite number';
const best = 'nothing is better than the same set';
const farther = 'what is farther is worse';
const places = 'real and generated may change places';
const order = 'the order of samples does not matter';
const repeats = 'the same sets have the same value';
const forms = 'tensors, lists and flat numbers have the same value';
const stays = 'sets stay as they are';
const leak = 'no tensor is left behind';
const finite = 'what is not finite is refused by its value';
const few = 'too few samples are refused';
const dimensions = 'sets of other dimensions are refused';
const signal = 'a signal ends it with its reason';
const progress = 'its progress rises to 1';

let calls = 0;
const isFlat = (points: Points): points is FlatPoints => 'dimensions' in points;
/** Fails too, for the same reason. */
const too = '';

const broken: readonly [string, Partial<MetricSuiteOptions>, Readonly<Record<string, string>>][] = [
  [
    'has no number',
    { measure: metric(() => ({ mean: 1 }) as never) },
    {
      [number]: 'expected a number, got object. Measure one number',
      [farther]: too,
      [few]: 'expected a number',
      [places]: too,
      [order]: too,
      [forms]: too,
      [repeats]: too,
    },
  ],
  [
    'divides by 0',
    { measure: metric((a, b) => apart(a, b) / 0) },
    { [number]: 'expected a finite number, got NaN', [farther]: too, [few]: too, [places]: too, [order]: too, [forms]: too },
  ],
  [
    'is a score that calls itself a distance',
    { measure: metric((a, b) => -apart(a, b)) },
    { [best]: 'expected no set to be better than', [farther]: 'to be better than one four away, got -' },
  ],
  [
    'is a distance that calls itself a score',
    { kind: 'score' },
    { [best]: "of a near one. Say what it is: kind is 'score'.", [farther]: 'to be better than one four away' },
  ],
  ['prefers sets that are a little apart', { measure: metric((a, b) => Math.abs(apart(a, b) - 1)) }, { [best]: 'of a near one' }],
  ['does not look at the generated', { measure: metric((a) => mean(a)) }, { [farther]: 'got', [places]: 'the other way round, too, got' }],
  [
    'has places and does not say so',
    { measure: metric((a, b) => apart(a, b) * (2 + Math.sign(mean(a) - mean(b)))) },
    { [places]: 'Where they have their places, say { symmetric: false }.' },
  ],
  [
    'pairs samples',
    { measure: metric((a, b) => a.values.reduce((sum, value, i) => sum + Math.abs(value - b.values[i % b.values.length]!), 0) / a.values.length) },
    { [order]: 'of the samples in another order, too, got' },
  ],
  ['draws by itself', { measure: metric((a, b) => apart(a, b) + 1e-6 * ++calls) }, { [repeats]: 'of the same sets, too, got' }],
  [
    'does not read tensors as what they are',
    { measure: around(async (a, b, work) => (isFlat(a) ? 1 : 2) * (await sound(a, b, work))) },
    { [forms]: 'of the same sets as tensors, got' },
  ],
  [
    'does not take lists',
    { measure: around(async (a, b, work) => (Array.isArray(a) ? 0 : sound(a, b, work))) },
    { [forms]: 'of the same sets as lists, got 0' },
  ],
  [
    'centers the sets where they are',
    {
      measure: around(async (a, b, work) => {
        const value = await sound(a, b, work);
        if (isFlat(b)) b.values.forEach((x, i) => (b.values[i] = x + 1));
        return value;
      }),
    },
    { [stays]: 'expected both sets to be as they were, got' },
  ],
  [
    'disposes of tensors',
    {
      measure: around(async (a, b, work) => {
        const value = await sound(a, b, work);
        if (b instanceof tf.Tensor) b.dispose();
        return value;
      }),
    },
    { [stays]: 'expected tensors to stay, got a disposed one' },
  ],
  [
    'keeps a tensor',
    { measure: around((a, b, work) => (tf.keep(tf.scalar(1)), sound(a, b, work))) },
    { [leak]: 'expected no tensor to be left behind by a measurement, got 1', [signal]: 'by work that is called off, got 1' },
  ],
  [
    'keeps a tensor of what it refuses',
    {
      measure: around((a, b, work) =>
        sound(a, b, work).catch((error) => {
          tf.keep(tf.scalar(1));
          throw error;
        }),
      ),
    },
    { [leak]: 'left behind by a refusal, got 1', [signal]: 'by work that is called off, got 1' },
  ],
  [
    'measures NaN',
    { measure: metric(apart, expectSameDimensions.bind(undefined, 'own')) },
    { [finite]: 'expected a GanzooError that refuses NaN and names it, got NaN' },
  ],
  [
    'looks for NaN in one set',
    { measure: metric(apart, (a, b) => (expectSameDimensions('own', a, b), expectFinite('own', a))) },
    { [finite]: 'refuses NaN and names it, got NaN' },
  ],
  [
    'looks for NaN alone',
    {
      measure: metric(apart, (a, b) => {
        checkBoth({ ...a, values: a.values.map((x) => (Number.isNaN(x) ? x : 0)) }, { ...b, values: b.values.map((x) => (Number.isNaN(x) ? x : 0)) });
      }),
    },
    { [finite]: 'refuses Infinity and names it, got Infinity' },
  ],
  [
    'refuses NaN without a word',
    {
      measure: around((a, b, work) =>
        sound(a, b, work).catch((error) => {
          throw /NaN/.test(error) ? new GanzooError('own', 'bad features') : error;
        }),
      ),
    },
    { [finite]: 'expected a GanzooError that refuses NaN and names it, got GanzooError: [ganzoo/own] bad features' },
  ],
  [
    'throws other errors',
    {
      measure: around((a, b, work) =>
        sound(a, b, work).catch((error) => {
          throw error instanceof GanzooError ? new TypeError(error.message) : error;
        }),
      ),
    },
    { [finite]: 'got TypeError', [few]: 'refuses 0 real samples, got TypeError', [dimensions]: 'got TypeError' },
  ],
  ['takes fewer than it says', { least: 3 }, { [few]: 'expected a GanzooError that refuses 2 real samples, got' }],
  [
    'needs more than it says',
    {
      measure: metric((a, b) => {
        if (Math.min(a.count, b.count) < 2) throw new GanzooError('own', 'give two');
        return apart(a, b);
      }),
    },
    { [few]: 'give two' },
  ],
  [
    'compares sets of two networks',
    { measure: metric(apart, (a, b) => (expectFinite('own', a), expectFinite('own', b))) },
    { [dimensions]: 'expected a GanzooError that refuses sets of unequal dimensions, got' },
  ],
  [
    'does not look at the signal',
    { measure: around(sound, ({ onProgress }) => ({ ...(onProgress && { onProgress }) })) },
    { [signal]: "expected a signal that was aborted before to end the work with 'Error: called off before', got" },
  ],
  [
    'looks at the signal only at the beginning',
    { measure: around((a, b, { signal, onProgress }) => (signal?.throwIfAborted(), sound(a, b, { ...(onProgress && { onProgress }) }))) },
    { [signal]: 'expected a signal that is aborted at the first progress to end the work' },
  ],
  [
    'has a reason of its own',
    {
      measure: around((a, b, work) =>
        sound(a, b, work).catch((error) => {
          throw work.signal?.aborted ? new Error('aborted') : error;
        }),
      ),
    },
    { [signal]: 'got Error: aborted' },
  ],
  [
    'says nothing of its progress',
    { measure: around(sound, ({ signal }) => ({ ...(signal && { signal }) })) },
    { [progress]: 'expected progress that rises from 0 to 1, got none.' },
  ],
  [
    'does not come to an end',
    { measure: around(sound, ({ onProgress, ...work }) => ({ ...work, onProgress: (share) => onProgress?.(share / 2) })) },
    { [progress]: 'got 0.25, 0.5.' },
  ],
  [
    'goes back',
    {
      measure: around(sound, ({ onProgress, ...work }) => ({
        ...work,
        onProgress: (share) => [share, share / 2, share].forEach((each) => onProgress?.(each)),
      })),
    },
    { [progress]: 'got 0.5, 0.25, 0.5, 1, 0.5, 1.' },
  ],
  [
    'counts in percent',
    { measure: around(sound, ({ onProgress, ...work }) => ({ ...work, onProgress: (share) => onProgress?.(100 * share) })) },
    { [progress]: 'got 50, 100.' },
  ],
];

const suite = (options: Partial<MetricSuiteOptions> = {}) =>
  metricSuite({ kind: 'distance', measure: sound, ...options, backends: ['cpu'] } as MetricSuiteOptions);

describe('the suite of metrics catches one that', () => {
  it.each(broken)('%s', async (_, options, expected) => {
    // An asymmetric score stays one.
    const failures = await failuresOf(suite({ symmetric: true, ...options }));
    expect(failures).toEqual(Object.fromEntries(Object.entries(expected).map(([name, part]) => [name, expect.stringContaining(part)])));
  });
});

describe('the suite of metrics accepts', () => {
  const moments = (a: Matrix, b: Matrix): number => apart(a, b) * (2 + Math.sign(mean(a) - mean(b)));
  it.each<[string, Partial<MetricSuiteOptions>]>([
    ['a distance', {}],
    ['a score', { kind: 'score', measure: metric((a, b) => 1 / (1 + apart(a, b))) }],
    ['one whose sets have their places', { symmetric: false, measure: metric(moments) }],
    ['one that is below 0 of the same set', { measure: metric((a, b) => apart(a, b) - 0.1) }],
    [
      'one that needs more samples',
      {
        least: 80,
        measure: metric((a, b) => {
          if (Math.min(a.count, b.count) < 80) throw new GanzooError('own', 'give 80');
          return apart(a, b);
        }),
      },
    ],
    ['one that is over at once', { interruptible: false, measure: (a, b) => sound(a, b, {}) }],
    ['one that rounds', { tolerance: 0.02, measure: metric((a, b) => Math.round(20 * apart(a, b)) / 20) }],
    ['one that draws from a stream', { measure: metric((a, b) => apart(a, b) + rng(1).integer() / 2 ** 40) }],
    [
      'one that throws at once',
      {
        measure: (a, b, work) => {
          if (isFlat(a) && a.values.some(Number.isNaN)) throw new GanzooError('own', 'there is NaN');
          return sound(a, b, work);
        },
      },
    ],
  ])('%s', async (_, options) => expect(await failuresOf(suite(options))).toEqual({}));
});

it('the suite of metrics refuses options that it does not know', () => {
  expect(() => suite({ signal: false } as never)).toThrow("unknown option 'signal'");
  expect(() => suite({ kind: 'metric' as never })).toThrow("kind must be one of 'distance', 'score', got 'metric'.");
  expect(() => suite({ least: 0 })).toThrow('least must be an integer of at least 1, got 0.');
  expect(() => suite({ least: 9, samples: 8 })).toThrow('samples must be an integer of at least 9, got 8.');
  expect(() => suite({ tolerance: Number.NaN })).toThrow('tolerance must be a finite number of at least 0, got NaN.');
});
