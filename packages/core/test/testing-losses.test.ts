import { nonSaturating, type BothSides, type Latents, type Logits, type Loss, type Parts, type Rng } from '@ganzoo/core';
import { lossSuite } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectFailures } from './testing-support.ts';

const backends = ['cpu'];
const sound = nonSaturating();
const score = (context: { fake: BothSides<Logits, unknown>['fake'] }): tf.Tensor => context.fake.out.logits;
/** A generator's loss of its own, with the discriminator's of another. */
const generator = (part: (context: BothSides<Logits, Latents>) => unknown): Loss<Logits, Latents> =>
  ({ ...sound, generator: (context: BothSides<Logits, Latents>) => ({ fake: part(context) }) }) as Loss<Logits, Latents>;

const scalars = 'its parts are named finite scalars';
const means = 'its parts are means over the batch';
const moves = 'its parts have a gradient by what they are to move';
const asks = 'its generator looks at the real side only when it says so';
const extremes = 'its parts and their gradients are finite at logits of 1,000';
const leaks = 'it leaves no tensor behind';
const inputs = 'it disposes none of its inputs';
const json = 'its name and configuration are plain JSON';

const broken: readonly [string, Loss<Logits, Latents>, Readonly<Record<string, string>>][] = [
  [
    'returns a vector',
    generator((context) => tf.neg(score(context))),
    {
      [scalars]:
        "[ganzoo/core/testing] expected part 'fake' of the generator's loss nonSaturating to be a tensor of float32 values and shape [], got shape [4, 1]. Change what makes it",
    },
  ],
  ['returns an integer', generator((context) => tf.cast(tf.mean(score(context)), 'int32')), { [scalars]: 'got int32' }],
  ['returns a number', generator(() => 3), { [scalars]: 'got number', [moves]: 'to depend on the fake side, got no gradient' }],
  ['returns nothing to anybody', { ...sound, discriminator: () => ({}), generator: () => ({}) }, { [scalars]: 'got none for either' }],
  [
    'takes the logarithm of logits',
    generator((context) => tf.mean(tf.log(score(context)))),
    { [scalars]: 'to be finite, got NaN at value 0', [extremes]: 'at logits of 1,000 to be finite, got NaN' },
  ],
  [
    'takes the logarithm of probabilities',
    generator((context) => tf.neg(tf.mean(tf.log(tf.sigmoid(score(context)))))),
    { [extremes]: "part 'fake' of the generator's loss nonSaturating at logits of 1,000 to be finite, got Infinity at value 0" },
  ],
  [
    'has a finite value and no finite gradient',
    generator((context) => tf.sqrt(tf.mean(tf.relu(tf.sub(tf.neg(score(context)), 1e6))))),
    { [extremes]: 'to have a finite gradient at logits of 1,000, got NaN' },
  ],
  ['sums', generator((context) => tf.sum(tf.softplus(score(context)))), { [means]: 'to be the same at every batch size' }],
  [
    'looks at the real side without saying so',
    generator((context) => tf.mean(tf.sub(context.real.out.logits, score(context)))),
    { [asks]: "expected the generator's loss to do without the real side, which it does not ask for, got TypeError" },
  ],
  [
    'reads a value',
    generator((context) => tf.scalar(tf.mean(score(context)).dataSync()[0] as number)),
    { [moves]: "part 'fake' of the generator's loss to depend on the fake side, got no gradient" },
  ],
  ['counts', generator((context) => tf.mean(tf.sign(score(context)))), { [moves]: 'to have a gradient by the fake side, got 0 everywhere' }],
  [
    'keeps a tensor',
    generator((context) => tf.keep(tf.mean(score(context)))),
    { [leaks]: "expected no tensor to be left behind by the generator's loss, got 1" },
  ],
  [
    'disposes its input',
    generator((context) => {
      const mean = tf.mean(score(context));
      score(context).dispose();
      return mean;
    }),
    { [inputs]: 'got a disposed context.fake.out.logits' },
  ],
  ['has a function in its configuration', { ...sound, config: { margin: (() => 1) as never } }, { [json]: 'got [object Function] at config.margin' }],
  ['has NaN in its configuration', { ...sound, config: { margins: [1, Number.NaN] } }, { [json]: 'got NaN at config.margins.1' }],
  ['has no name', { ...sound, name: '' }, { [json]: 'to have a name' }],
];

describe('the suite of losses catches one that', () => {
  it.each(broken)('%s', (_, loss, expected) => expectFailures(lossSuite({ make: () => loss, backends }), expected));
});

describe('the suite of losses accepts one that', () => {
  const state = { initial: () => ({ k: tf.scalar(0.5) }), next: (_: Parts, all: Parts): Parts => all };
  const noise = (rng: Rng): tf.Tensor => rng.fork('noise').normal([1]);

  it.each<[string, Loss<Logits, Latents>]>([
    ['draws at random', generator((context) => tf.mean(tf.add(score(context), noise(context.rng))))],
    ['keeps a state', { ...generator((context) => tf.mul(tf.mean(score(context)), context.state['k'] as tf.Tensor)), state }],
  ])('%s', (_, loss) => expectFailures(lossSuite({ make: () => loss, backends }), {}));

  it('looks at other outputs, given a critic that has them', () => {
    const make = (): Loss<{ code: tf.Tensor }, Latents> => ({
      name: 'codes',
      config: {},
      discriminator: ({ real, fake }) => ({ code: tf.mean(tf.square(tf.sub(real.out.code, fake.out.code))) }),
      generator: ({ fake, latents }) => ({ code: tf.mean(tf.square(tf.sub(fake.out.code, latents.z))) }),
    });
    // @ts-expect-error it does not suit the critic that returns logits and features
    lossSuite({ make, backends });
    const critic = (values: tf.Tensor2D): { code: tf.Tensor } => ({ code: tf.mean(values, 1, true) });
    return expectFailures(lossSuite({ make, critic, backends }), {});
  });
});
