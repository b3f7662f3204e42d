import {
  featureMatching,
  GanzooError,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  reconstruction,
  relativistic,
  Trainer,
  wasserstein,
  weighted,
  type BothSides,
  type Features,
  type Latents,
  type Logits,
  type Loss,
} from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { contextOf, differences, gradientsOf, numbersOf, type Values } from './losses-support.ts';
import { backends, planeGan, points, use } from './support.ts';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const meanOf = (values: readonly number[], f: (x: number, row: number) => number): number => mean(values.map(f));
const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
/** `[row][value]` of two sides to the distance between their means over the rows. */
const meanDistance = (real: readonly number[], fake: readonly number[], size: number): number => {
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const at = (values: readonly number[]): number => mean(values.filter((_, index) => index % size === k));
    sum += (at(real) - at(fake)) ** 2;
  }
  return sum;
};

type Reference = (real: readonly number[], fake: readonly number[]) => Record<string, number>;

interface Case {
  readonly title: string;
  readonly loss: Loss<Logits & Features, Latents>;
  /** What of either side the loss looks at. */
  readonly of: keyof Values;
  readonly discriminator: Reference;
  readonly generator: Reference;
  readonly seesReal: boolean;
}

const cross = (smoothing: number): Reference => {
  const t = 1 - smoothing;
  return (real, fake) => ({
    real: meanOf(real, (x) => -t * logSigmoid(x) - (1 - t) * logSigmoid(-x)),
    fake: meanOf(fake, (x) => -logSigmoid(-x)),
  });
};
const squares =
  (a: number, b: number): Reference =>
  (real, fake) => ({ real: meanOf(real, (x) => (x - b) ** 2) / 2, fake: meanOf(fake, (x) => (x - a) ** 2) / 2 });
const none: Reference = () => ({});

const cases: readonly Case[] = [
  {
    title: 'minimax',
    loss: minimax(),
    of: 'logits',
    discriminator: cross(0),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => logSigmoid(-x)) }),
    seesReal: false,
  },
  {
    title: 'minimax with smooth labels',
    loss: minimax({ labelSmoothing: 0.3 }),
    of: 'logits',
    discriminator: cross(0.3),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => logSigmoid(-x)) }),
    seesReal: false,
  },
  {
    title: 'nonSaturating',
    loss: nonSaturating(),
    of: 'logits',
    discriminator: cross(0),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => -logSigmoid(x)) }),
    seesReal: false,
  },
  {
    title: 'nonSaturating with smooth labels',
    loss: nonSaturating({ labelSmoothing: 0.1 }),
    of: 'logits',
    discriminator: cross(0.1),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => -logSigmoid(x)) }),
    seesReal: false,
  },
  {
    title: 'wasserstein',
    loss: wasserstein(),
    of: 'logits',
    discriminator: (real, fake) => ({ real: -mean(real), fake: mean(fake) }),
    generator: (_, fake) => ({ fake: -mean(fake) }),
    seesReal: false,
  },
  {
    title: 'leastSquares',
    loss: leastSquares(),
    of: 'logits',
    discriminator: squares(0, 1),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => (x - 1) ** 2) / 2 }),
    seesReal: false,
  },
  {
    title: 'leastSquares to targets of its own',
    loss: leastSquares({ a: -0.7, b: 1.2, c: 0.4 }),
    of: 'logits',
    discriminator: squares(-0.7, 1.2),
    generator: (_, fake) => ({ fake: meanOf(fake, (x) => (x - 0.4) ** 2) / 2 }),
    seesReal: false,
  },
  {
    title: 'hinge',
    loss: hinge(),
    of: 'logits',
    discriminator: (real, fake) => ({ real: meanOf(real, (x) => Math.max(0, 1 - x)), fake: meanOf(fake, (x) => Math.max(0, 1 + x)) }),
    generator: (_, fake) => ({ fake: -mean(fake) }),
    seesReal: false,
  },
  {
    title: 'relativistic by pairs',
    loss: relativistic(),
    of: 'logits',
    discriminator: (real, fake) => ({ pairs: meanOf(real, (x, i) => softplus(-(x - (fake[i] as number)))) }),
    generator: (real, fake) => ({ pairs: meanOf(real, (x, i) => softplus(-((fake[i] as number) - x))) }),
    seesReal: true,
  },
  {
    title: 'relativistic by averages',
    loss: relativistic({ mode: 'average' }),
    of: 'logits',
    discriminator: (real, fake) => ({ real: meanOf(real, (x) => softplus(mean(fake) - x)), fake: meanOf(fake, (g) => softplus(g - mean(real))) }),
    generator: (real, fake) => ({ fake: meanOf(fake, (g) => softplus(mean(real) - g)), real: meanOf(real, (x) => softplus(x - mean(fake))) }),
    seesReal: true,
  },
  {
    title: 'featureMatching',
    loss: featureMatching(),
    of: 'features',
    discriminator: none,
    generator: (real, fake) => ({ features: meanDistance(real, fake, 4) }),
    seesReal: true,
  },
  {
    title: 'reconstruction',
    loss: reconstruction(),
    of: 'samples',
    discriminator: none,
    generator: (real, fake) => ({ reconstruction: meanOf(fake, (x, i) => Math.abs(x - (real[i] as number))) }),
    seesReal: true,
  },
  {
    title: 'reconstruction by squares',
    loss: reconstruction({ norm: 'l2' }),
    of: 'samples',
    discriminator: none,
    generator: (real, fake) => ({ reconstruction: meanOf(fake, (x, i) => (x - (real[i] as number)) ** 2) }),
    seesReal: true,
  },
  {
    title: 'reconstruction of a target of its own',
    loss: reconstruction<Latents>({ target: ({ latents, real }) => tf.add(latents.z, tf.mul(real.samples, 2)) }),
    of: 'samples',
    discriminator: none,
    // Latents here are zeros.
    generator: (real, fake) => ({ reconstruction: meanOf(fake, (x, i) => Math.abs(x - 2 * (real[i] as number))) }),
    seesReal: true,
  },
  {
    title: 'weighted',
    loss: weighted(-0.25, relativistic({ mode: 'average' })),
    of: 'logits',
    discriminator: (real, fake) => ({
      real: -0.25 * meanOf(real, (x) => softplus(mean(fake) - x)),
      fake: -0.25 * meanOf(fake, (g) => softplus(g - mean(real))),
    }),
    generator: (real, fake) => ({
      fake: -0.25 * meanOf(fake, (g) => softplus(mean(real) - g)),
      real: -0.25 * meanOf(real, (x) => softplus(x - mean(fake))),
    }),
    seesReal: true,
  },
];

/** Three rows of either side. None of them is near a kink of a loss above. */
const values: Record<keyof Values, readonly [real: number[], fake: number[]]> = {
  logits: [
    [2, -1, 0.3],
    [0.5, -3, 1.7],
  ],
  features: [
    [0.2, 1, -3, 0.4, 0.9, -2, 0.1, 0, 3, 0.6, -0.3, 1.5],
    [1.1, 0.2, 2, -0.8, 0, 0.3, -1.4, 0.7, 0.5, -1, 0.8, 0.1],
  ],
  samples: [
    [0.2, 1, -0.3, 0.4, 0.9, -0.6],
    [1.1, 0.3, 0.5, -0.8, 0, 0.3],
  ],
};

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));

function expectParts(got: Record<string, number>, wanted: Record<string, number>): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted)) expect(relative(got[name] as number, value), `part ${name}`).toBeLessThan(2e-6);
}

describe.each(backends)('on %s', (backend) => {
  beforeAll(() => use(backend));

  describe.each(cases)('$title', ({ loss, of, seesReal, ...references }) => {
    const [real, fake] = values[of];

    it.each(['discriminator', 'generator'] as const)('has the value and the gradients of its formula for the %s, and keeps no tensor', (player) => {
      const before = tf.memory().numTensors;
      expectParts(numbersOf(loss, player, { [of]: real }, { [of]: fake }), references[player](real, fake));
      const gradients = gradientsOf(loss, player, of, real, fake);
      const wanted = differences(references[player], real, fake);
      for (const [index, value] of wanted.entries()) expect(gradients[index], `derivative ${index}`).toBeCloseTo(value, 5);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('asks for the real side exactly when its generator looks at it', () => {
      expect(loss.generatorSeesReal ?? false).toBe(seesReal);
      const play = (): void =>
        tf.tidy(() => {
          const { real: _, ...blind } = contextOf({ [of]: real }, { [of]: fake });
          loss.generator(blind as BothSides<Logits & Features, Latents>);
        });
      if (seesReal) expect(play).toThrow();
      else expect(play).not.toThrow();
    });
  });

  it.each(cases.filter(({ of }) => of === 'logits'))('$title stays finite for any logits, and so do its gradients', ({ loss, ...references }) => {
    const [real, fake] = [
      [-1e4, 1e4, 0, 1e4],
      [1e4, -1e4, 1e4, 0],
    ] as const;
    for (const player of ['discriminator', 'generator'] as const) {
      expectParts(numbersOf(loss, player, { logits: real }, { logits: fake }), references[player](real, fake));
      expect(gradientsOf(loss, player, 'logits', real, fake).every(Number.isFinite)).toBe(true);
    }
  });

  it('has these values, computed by hand', () => {
    const logits = (loss: Loss<Logits & Features, Latents>, player: 'discriminator' | 'generator'): object =>
      numbersOf(loss, player, { logits: [2, -1] }, { logits: [0.5, -3] });
    expect(logits(wasserstein(), 'discriminator')).toEqual({ real: -0.5, fake: -1.25 });
    expect(logits(wasserstein(), 'generator')).toEqual({ fake: 1.25 });
    expect(logits(hinge(), 'discriminator')).toEqual({ real: 1, fake: 0.75 });
    expect(logits(hinge(), 'generator')).toEqual({ fake: 1.25 });
    expect(logits(leastSquares(), 'discriminator')).toEqual({ real: 1.25, fake: 2.3125 });
    expect(logits(leastSquares(), 'generator')).toEqual({ fake: 4.0625 });
    // Pearson chi-square.
    expect(logits(leastSquares({ a: -1, b: 1, c: 0 }), 'discriminator')).toEqual({ real: 1.25, fake: 1.5625 });
    expect(logits(leastSquares({ a: -1, b: 1, c: 0 }), 'generator')).toEqual({ fake: 2.3125 });
  });

  it('knows nothing of either side at log 4, and at log 2 for each pair', () => {
    const zeros = (loss: Loss<Logits & Features, Latents>): number =>
      Object.values(numbersOf(loss, 'discriminator', { logits: [0, 0] }, { logits: [0, 0] })).reduce((a, b) => a + b, 0);
    expect(zeros(nonSaturating())).toBeCloseTo(Math.log(4), 6);
    expect(zeros(relativistic({ mode: 'average' }))).toBeCloseTo(Math.log(4), 6);
    expect(zeros(relativistic())).toBeCloseTo(Math.log(2), 6);
  });

  it.each([
    ['minimax', minimax],
    ['nonSaturating', nonSaturating],
  ])('smooths the labels of real samples alone: %s', (_, make) => {
    const sides = [{ logits: [2, -1, 0.3] }, { logits: [0.5, -3, 1.7] }] as const;
    const [hard, soft] = [make(), make({ labelSmoothing: 0.2 })];
    const of = (loss: Loss<Logits, unknown>): Record<string, number> => numbersOf(loss, 'discriminator', ...sides);
    expect(of(soft)['fake']).toBe(of(hard)['fake']);
    // A fifth of the label's way to 0 costs a fifth of the mean logit.
    expect((of(soft)['real'] as number) - (of(hard)['real'] as number)).toBeCloseTo((0.2 * 1.3) / 3, 6);
    expect(numbersOf(soft, 'generator', ...sides)).toEqual(numbersOf(hard, 'generator', ...sides));
    expect(of(make({ labelSmoothing: 0 }))).toEqual(of(hard));
  });
});

describe('shapes', () => {
  beforeAll(() => use('cpu'));
  const sides = (change: (context: BothSides<Logits & Features, Latents>) => object): BothSides<Logits & Features, Latents> => {
    const context = contextOf({}, {});
    return { ...context, ...change(context) };
  };
  const message = (loss: Loss<Logits & Features, Latents>, player: 'discriminator' | 'generator', change: Parameters<typeof sides>[0]): string => {
    const before = tf.memory().numTensors;
    try {
      tf.tidy(() => void loss[player](sides(change)));
    } catch (error) {
      expect((error as Error).name).toBe('GanzooError');
      expect(tf.memory().numTensors).toBe(before);
      return (error as Error).message;
    }
    return 'nothing';
  };

  it('that would broadcast are refused', () => {
    const flat = ({ fake }: BothSides<Logits & Features, Latents>): object => ({ fake: { ...fake, out: { ...fake.out, logits: tf.zeros([3]) } } });
    const advice = 'Each row of one needs a row of the other: let the discriminator return logits [batch, 1].';
    expect(message(relativistic(), 'discriminator', flat)).toBe(
      `[ganzoo/core/losses] relativistic compares real logits of shape [3, 1] with fake logits of shape [3]. ${advice}`,
    );
    expect(message(relativistic(), 'generator', flat)).toBe(
      `[ganzoo/core/losses] relativistic compares fake logits of shape [3] with real logits of shape [3, 1]. ${advice}`,
    );
    const narrow = ({ real }: BothSides<Logits & Features, Latents>): object => ({ real: { ...real, samples: tf.zeros([3, 1]) } });
    expect(message(reconstruction(), 'generator', narrow)).toBe(
      '[ganzoo/core/losses] reconstruction compares fakes of shape [3, 2] with target values of shape [3, 1]. Return a target of the shape of the fakes.',
    );
    const other = ({ real }: BothSides<Logits & Features, Latents>): object => ({ real: { ...real, out: { ...real.out, features: tf.zeros([3, 1, 2]) } } });
    expect(message(featureMatching(), 'generator', other)).toBe(
      '[ganzoo/core/losses] featureMatching compares real features of shape [3, 1, 2] with fake features of shape [3, 2, 2]. Let the discriminator return features [batch, ...] of one shape.',
    );
  });

  it('of what is not there are refused', () => {
    const none = ({ fake }: BothSides<Logits & Features, Latents>): object => ({ fake: { ...fake, out: {} } });
    expect(message(featureMatching(), 'generator', none)).toBe(
      '[ganzoo/core/losses] featureMatching needs a tensor of fake features, got undefined. Let the discriminator return features [batch, ...] of one shape.',
    );
    const nowhere = reconstruction({ target: (() => undefined) as never });
    expect(message(nowhere, 'generator', () => ({}))).toBe(
      '[ganzoo/core/losses] reconstruction needs a tensor of target values, got undefined. Return a target of the shape of the fakes.',
    );
  });

  it('do not matter to an average', () => {
    const flat = ({ real }: BothSides<Logits & Features, Latents>): object => ({ real: { ...real, out: { ...real.out, logits: tf.zeros([3]) } } });
    const loss = relativistic({ mode: 'average' });
    const numbers = tf.tidy(() => Object.values(loss.generator(sides(flat))).map((part) => [part.rank, part.dataSync()[0]]));
    for (const [rank, value] of numbers) {
      expect(rank).toBe(0);
      expect(value).toBeCloseTo(Math.log(2), 6);
    }
  });
});

describe('reconstruction', () => {
  it('does not have the real side judged', () => {
    const numbers = tf.tidy(() => {
      const context = contextOf({}, { samples: [1, 2, 3, 4, 5, 6] });
      const real = {
        samples: tf.ones([3, 2]),
        get out(): never {
          throw new Error('judged');
        },
      };
      const losses = [reconstruction(), reconstruction({ target: (sides) => sides.real.samples })];
      return losses.map((loss) => loss.generator({ ...context, real })['reconstruction']?.dataSync()[0]);
    });
    expect(numbers).toEqual([2.5, 2.5]);
  });
});

describe('a loss that adds nothing to the discriminator', () => {
  it('does not train one alone', async () => {
    await use('cpu');
    const trainer = new Trainer(planeGan({ loss: reconstruction() }));
    await expect(trainer.fit(points(8), { steps: 1, batchSize: 4 })).rejects.toThrow("the discriminator's loss returned no parts");
    trainer.dispose();
  });
});

describe('what losses say of themselves', () => {
  it('holds every option', () => {
    const all = [minimax(), nonSaturating({ labelSmoothing: 0.1 }), wasserstein(), leastSquares({ a: -1, c: 0 }), hinge(), relativistic(), featureMatching()];
    expect(all.map(({ name, config }) => ({ name, config }))).toEqual([
      { name: 'minimax', config: { labelSmoothing: 0 } },
      { name: 'nonSaturating', config: { labelSmoothing: 0.1 } },
      { name: 'wasserstein', config: {} },
      { name: 'leastSquares', config: { a: -1, b: 1, c: 0 } },
      { name: 'hinge', config: {} },
      { name: 'relativistic', config: { mode: 'pairing' } },
      { name: 'featureMatching', config: {} },
    ]);
    const named = function noise({ fake }: BothSides<unknown, unknown>): tf.Tensor {
      return fake.samples;
    };
    const targets = [
      {},
      { target: named },
      {
        target: (
          () => () =>
            tf.zeros([1])
        )(),
      },
    ].map((options) => reconstruction(options).config);
    expect(targets).toEqual([
      { norm: 'l1', target: null },
      { norm: 'l1', target: 'noise' },
      { norm: 'l1', target: 'anonymous' },
    ]);
  });
});

describe('options', () => {
  it.each<[(options: never) => unknown, unknown, string]>([
    [minimax, { labelSmoothing: 1 }, 'minimax labelSmoothing must be a number in [0, 1), got 1.'],
    [minimax, 0.1, 'minimax takes an object with options, got 0.1. Valid options: labelSmoothing.'],
    [nonSaturating, { labelSmoothing: -0.1 }, 'nonSaturating labelSmoothing must be a number in [0, 1), got -0.1.'],
    [nonSaturating, { labelSmoothing: NaN }, 'nonSaturating labelSmoothing must be a number in [0, 1), got NaN.'],
    [nonSaturating, { smoothing: 0.1 }, "unknown option 'smoothing'. Valid options: labelSmoothing."],
    [leastSquares, { a: '0' }, "leastSquares a must be a finite number, got '0'."],
    [leastSquares, { b: Infinity }, 'leastSquares b must be a finite number, got Infinity.'],
    [leastSquares, { c: NaN }, 'leastSquares c must be a finite number, got NaN.'],
    [leastSquares, { d: 1 }, "unknown option 'd'. Valid options: a, b, c."],
    [leastSquares, null, 'leastSquares takes an object with options, got null. Valid options: a, b, c.'],
    [relativistic, { mode: 'pairs' }, "relativistic mode must be one of 'pairing', 'average', got 'pairs'."],
    [relativistic, 'average', "relativistic takes an object with options, got 'average'. Valid options: mode."],
    [relativistic, { average: true }, "unknown option 'average'. Valid options: mode."],
    [reconstruction, { norm: 'l3' }, "reconstruction norm must be one of 'l1', 'l2', got 'l3'."],
    [reconstruction, { weight: 3 }, "unknown option 'weight'. Valid options: norm, target."],
    [reconstruction, 'l2', "reconstruction takes an object with options, got 'l2'. Valid options: norm, target."],
    [reconstruction, { target: 'real' }, "reconstruction target must be a function of the context, such as ({ real }) => real.samples, got 'real'."],
  ])('%o refuses %j', (call, options, message) => {
    expect(() => call(options as never)).toThrow(new GanzooError('core/losses', message));
  });

  it('take the default where they are undefined', () => {
    expect(nonSaturating({ labelSmoothing: undefined } as object).config).toEqual(nonSaturating().config);
    expect(leastSquares({ a: undefined, b: undefined, c: undefined } as object).config).toEqual(leastSquares().config);
    expect(relativistic({ mode: undefined } as object).config).toEqual(relativistic().config);
    expect(reconstruction({ norm: undefined, target: undefined } as object).config).toEqual(reconstruction().config);
  });
});
