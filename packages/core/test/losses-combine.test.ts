import {
  combine,
  featureMatching,
  GanzooError,
  hinge,
  linearDecay,
  memory,
  nonSaturating,
  reconstruction,
  relativistic,
  Trainer,
  wasserstein,
  weighted,
  type CombinedLatents,
  type CombinedOutput,
  type Features,
  type Latents,
  type Logits,
  type Loss,
  type Parts,
} from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { contextOf, differences, gradientsOf, numbersOf, readParts } from './losses-support.ts';
import { backends, planeGan, points, use } from './support.ts';

const [real, fake] = [
  [2, -1, 0.3],
  [0.5, -3, 1.7],
];
const features = [
  [1, 0, 0, 0, 3, 0, 0, 0],
  [0, 0, 0, 2, 0, 0, 0, 2],
];
const sides = [
  { logits: real, features: features[0] as number[] },
  { logits: fake, features: features[1] as number[] },
] as const;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Like BEGAN's: `k` moves by how far the parts of the last round are apart. */
const balance = (name: string, rate: number, seen: string[][] = []): Loss<Logits, unknown> => ({
  name,
  config: { rate },
  discriminator: ({ real, fake, state }) => ({ real: tf.mean(real.out.logits), fake: tf.mul(tf.mean(fake.out.logits), state['k'] as tf.Tensor) }),
  generator: ({ fake, state }) => ({ fake: tf.neg(tf.mean(fake.out.logits)), states: tf.scalar(Object.keys(state).length) }),
  state: {
    initial: () => ({ k: tf.scalar(rate) }),
    next(parts, state) {
      seen.push(Object.keys(parts), Object.keys(state));
      return { k: tf.add(state['k'] as tf.Tensor, tf.mul(tf.sub(parts['discriminator/real'] as tf.Tensor, parts['generator/fake'] as tf.Tensor), rate)) };
    },
  },
});

describe.each(backends)('combine on %s', (backend) => {
  beforeAll(() => use(backend));

  it('has the parts of all losses, with their values, and keeps no tensor', () => {
    const loss = combine(wasserstein(), weighted(0.1, featureMatching()));
    const before = tf.memory().numTensors;
    expect(numbersOf(loss, 'discriminator', ...sides)).toEqual(numbersOf(wasserstein(), 'discriminator', ...sides));
    const parts = numbersOf(loss, 'generator', ...sides);
    expect(Object.keys(parts)).toEqual(['fake', 'features']);
    expect(parts['fake']).toBeCloseTo(-mean(fake as number[]), 6);
    // Means are [2, 0, 0, 0] and [0, 0, 0, 2].
    expect(parts['features']).toBeCloseTo(0.1 * 8, 6);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the gradient of the sum', () => {
    const loss = combine(wasserstein(), weighted(3, hinge()));
    const reference = (real: readonly number[], fake: readonly number[]): Record<string, number> => ({
      wasserstein: mean(fake) - mean(real),
      hinge: 3 * (mean(real.map((x) => Math.max(0, 1 - x))) + mean(fake.map((x) => Math.max(0, 1 + x)))),
    });
    const got = gradientsOf(loss, 'discriminator', 'logits', real as number[], fake as number[]);
    for (const [index, value] of differences(reference, real as number[], fake as number[]).entries()) expect(got[index]).toBeCloseTo(value, 5);
  });

  it('weighs by the schedule of the player, from update 0', () => {
    const loss = weighted(linearDecay({ from: 2, to: 1, updates: 10 }), hinge());
    for (const player of ['discriminator', 'generator'] as const) {
      const plain = numbersOf(hinge(), player, ...sides);
      for (const [update, weight] of [
        [0, 2],
        [5, 1.5],
        [10, 1],
        [99, 1],
      ] as const) {
        const parts = numbersOf(loss, player, ...sides, { update });
        expect(Object.keys(parts)).toEqual(Object.keys(plain));
        for (const [name, value] of Object.entries(plain)) expect(parts[name]).toBeCloseTo(weight * value, 5);
      }
    }
  });
});

describe('names in a combination', () => {
  beforeAll(() => use('cpu'));
  const names = (loss: Loss<Logits & Features, Latents>, player: 'discriminator' | 'generator'): string[] => Object.keys(numbersOf(loss, player, ...sides));

  it('are prefixed where two losses of one player have the same', () => {
    const loss = combine(hinge(), relativistic(), featureMatching(), wasserstein());
    expect(names(loss, 'discriminator')).toEqual(['hinge.real', 'hinge.fake', 'pairs', 'wasserstein.real', 'wasserstein.fake']);
    expect(names(loss, 'generator')).toEqual(['hinge.fake', 'pairs', 'features', 'wasserstein.fake']);
    const parts = numbersOf(loss, 'discriminator', ...sides);
    expect(parts['wasserstein.fake']).toBe(numbersOf(wasserstein(), 'discriminator', ...sides)['fake']);
    expect(parts['hinge.fake']).toBe(numbersOf(hinge(), 'discriminator', ...sides)['fake']);
  });

  it('stay where the other player alone has the same', () => {
    const one: Loss<Logits, unknown> = { ...hinge(), name: 'one', generator: () => ({ own: tf.scalar(1) }) };
    expect(names(combine(one, wasserstein()), 'generator')).toEqual(['own', 'fake']);
  });

  it('tell losses renamed apart', () => {
    expect(names(combine(hinge(), { ...hinge(), name: 'other' }), 'generator')).toEqual(['hinge.fake', 'other.fake']);
  });

  it('nest', () => {
    const inner = combine(hinge(), wasserstein());
    const middle = combine(nonSaturating(), { ...inner, name: 'inner' });
    expect(names(middle, 'generator')).toEqual(['fake', 'hinge.fake', 'wasserstein.fake']);
    const outer = combine(weighted(2, { ...middle, name: 'middle' }), relativistic({ mode: 'average' }));
    expect(names(outer, 'discriminator').join(' ')).toBe(
      'middle.real middle.fake hinge.real hinge.fake wasserstein.real wasserstein.fake relativistic.real relativistic.fake',
    );
  });

  it('are refused where the prefix makes what another loss has', () => {
    const sly: Loss<Logits, unknown> = { ...wasserstein(), name: 'sly', generator: () => ({ 'hinge.fake': tf.scalar(1), fake: tf.scalar(1) }) };
    const play = (): unknown => numbersOf(combine(sly, hinge()), 'generator', ...sides);
    expect(play).toThrow(new GanzooError('core/losses', "combine got two parts named 'hinge.fake'. Rename the loss 'hinge': { ...loss, name: 'other' }."));
  });
});

describe('the state of a combination', () => {
  beforeAll(() => use('cpu'));

  it('is kept apart by loss, each of which sees its own and its parts as it named them', () => {
    const seen: string[][] = [];
    const loss = combine(balance('a', 0.5, seen), hinge(), balance('b', 2));
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const state = loss.state?.initial() as Parts;
      expect(readParts(state)).toEqual({ 'a.k': 0.5, 'b.k': 2 });
      const context = contextOf(...sides, { state });
      const discriminator = loss.discriminator(context);
      const generator = loss.generator(context);
      expect(Object.keys(generator)).toEqual(['a.fake', 'a.states', 'hinge.fake', 'b.fake', 'b.states']);
      expect(readParts(generator)).toMatchObject({ 'a.states': 1, 'b.states': 1 });
      expect(readParts(discriminator)['b.fake']).toBeCloseTo(4 * (readParts(discriminator)['a.fake'] as number), 5);

      const byPlayer = (player: string, parts: Parts): Parts => Object.fromEntries(Object.entries(parts).map(([name, part]) => [`${player}/${name}`, part]));
      const next = loss.state?.next({ ...byPlayer('discriminator', discriminator), ...byPlayer('generator', generator) }, state) as Parts;
      const discriminated = 'discriminator/real discriminator/fake discriminator/hinge.real discriminator/hinge.fake discriminator/b.real discriminator/b.fake';
      const generated = 'generator/fake generator/states generator/hinge.fake generator/b.fake generator/b.states';
      expect(seen[0]?.join(' ')).toBe(`${discriminated} ${generated}`);
      expect(seen[1]).toEqual(['k']);
      // The mean logits are 1.3 / 3 and -0.8 / 3, of which the generator has the negative.
      const distance = (1.3 - 0.8) / 3;
      const { 'a.k': a, 'b.k': b, ...rest } = readParts(next);
      expect(a).toBeCloseTo(0.5 + 0.5 * distance, 6);
      expect(b).toBeCloseTo(2 + 2 * distance, 6);
      expect(rest).toEqual({});
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is none without a loss that has one', () => {
    expect('state' in combine(hinge(), wasserstein())).toBe(false);
  });

  it('moves in a run, and in a checkpoint', async () => {
    const gan = (): ReturnType<typeof planeGan> => planeGan({ loss: combine(nonSaturating(), balance('a', 0.5), combine(balance('b', 0.25))) });
    const trainer = new Trainer(gan());
    await trainer.fit(points(12), { steps: 3, batchSize: 4 });
    const losses = await trainer.losses();
    expect(Object.keys(losses)).toEqual(expect.arrayContaining(['discriminator/nonSaturating.real', 'discriminator/a.real', 'discriminator/combine.real']));
    const store = memory();
    await trainer.save(store);
    const resumed = await Trainer.load(store, gan());
    for (const each of [trainer, resumed]) await each.fit(points(12), { steps: 6, batchSize: 4 });
    expect(await resumed.losses()).toEqual(await trainer.losses());
    for (const each of [trainer, resumed]) each.dispose();
  });
});

describe('what a combination says of itself', () => {
  it('is what all of its losses say', () => {
    const loss = combine(wasserstein(), weighted(linearDecay({ from: 1, updates: 5 }), { ...relativistic(), name: 'pairs' }), weighted(0.1, featureMatching()));
    expect({ name: loss.name, config: loss.config }).toEqual({
      name: 'combine',
      config: [
        { name: 'wasserstein', config: {} },
        {
          name: 'pairs',
          config: {
            weight: { name: 'linearDecay', config: { from: 1, to: 0, updates: 5, start: 0 } },
            loss: { name: 'pairs', config: { mode: 'pairing' } },
          },
        },
        { name: 'featureMatching', config: { weight: 0.1, loss: { name: 'featureMatching', config: {} } } },
      ],
    });
  });

  it('asks for the real side when any of its losses does', () => {
    expect(combine(wasserstein(), hinge()).generatorSeesReal ?? false).toBe(false);
    expect(combine(wasserstein(), relativistic()).generatorSeesReal).toBe(true);
    expect(combine(weighted(0.5, featureMatching())).generatorSeesReal).toBe(true);
    expect(weighted(0.5, wasserstein()).generatorSeesReal ?? false).toBe(false);
  });

  it('has the type of all that its losses look at', () => {
    type Code = Latents & { code: tf.Tensor };
    type Losses = [Loss<Logits, unknown>, Loss<Features, unknown>, Loss<unknown, Code>];
    expectTypeOf<CombinedOutput<Losses>>().toEqualTypeOf<Logits & Features>();
    expectTypeOf<CombinedLatents<Losses>>().toEqualTypeOf<Code>();
    expectTypeOf(combine(wasserstein(), reconstruction())).toEqualTypeOf<Loss<Logits, unknown>>();
    expectTypeOf(weighted(1, featureMatching())).toEqualTypeOf<Loss<Features, unknown>>();
  });
});

describe('combinations that are refused', () => {
  const rename = "in the log and in a checkpoint. Rename one: { ...loss, name: 'other' }.";
  const called = 'takes hinge() or another loss, called; got';
  it.each<[string, () => unknown, string]>([
    ['of nothing', () => combine(), 'combine takes at least one loss, such as combine(wasserstein(), weighted(0.1, featureMatching())).'],
    ['of two losses of a name', () => combine(hinge(), wasserstein(), hinge()), `combine cannot tell a loss named 'hinge' from one named 'hinge', ${rename}`],
    [
      'of a name that begins as another',
      () => combine({ ...hinge(), name: 'a.b' }, { ...hinge(), name: 'a' }),
      `combine cannot tell a loss named 'a' from one named 'a.b', ${rename}`,
    ],
    ['of a function', () => combine(hinge as never), `combine ${called} function without a function 'discriminator'.`],
    ['of a list', () => combine([hinge()] as never), `combine ${called} object without a function 'discriminator'.`],
    ['of undefined', () => combine(hinge(), undefined as never), `combine ${called} undefined without a function 'discriminator'.`],
    ['of half a loss', () => combine({ ...hinge(), generator: 3 } as never), `combine ${called} object without a function 'generator'.`],
    ['a weight of a function', () => weighted(1, hinge as never), `weighted ${called} function without a function 'discriminator'.`],
    ['a weight of nothing', () => weighted(1, null as never), `weighted ${called} null without a function 'discriminator'.`],
    ['a weight that is NaN', () => weighted(NaN, hinge()), 'weighted weight must be a finite number, got NaN.'],
    [
      'a schedule that begins with NaN',
      () => weighted({ name: 'mine', config: {}, at: () => NaN }, hinge()),
      'weighted weight at update 0 must be a finite number, got NaN.',
    ],
    [
      'a weight behind the loss',
      () => weighted(hinge() as never, 1 as never),
      'weighted weight must be a number or a schedule such as cosine({ from: 1e-3, updates: 5000 }), got an object.',
    ],
    [
      'a weight of a loss with a state',
      () => weighted(0.5, balance('a', 1)),
      "weighted cannot scale 'a', which keeps a state made of its parts as they are. Scale its parts where it makes them, or the other losses.",
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(new GanzooError('core/losses', message));
  });

  it('leave what is no tensor for the step to name', async () => {
    const numbers = { ...nonSaturating(), name: 'numbers', generator: () => ({ three: 3 }) } as unknown as Loss<Logits, unknown>;
    const trainer = new Trainer(planeGan({ loss: combine(weighted(0.5, numbers)) }));
    await expect(trainer.fit(points(8), { steps: 1, batchSize: 4 })).rejects.toThrow("part 'three' of the generator's loss is not a tensor but number");
    trainer.dispose();
  });
});
