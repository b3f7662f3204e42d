import { discriminator, r1, weightClipping, type Features, type Logits, type PenaltyContext, type Regularizer } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { regularizerSuite } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectFailures } from './testing-support.ts';

const backends = ['cpu'];
type Context = PenaltyContext<Logits & Features>;
const base = { name: 'own', config: {}, player: 'discriminator', interval: 3 } as const;
const penalty = (of: (context: Context) => tf.Tensor): Regularizer<Logits & Features> => ({ ...base, penalty: of });
const square = ({ real }: Context): tf.Tensor => tf.mean(tf.square(real.out.logits));
type Variables = ReadonlyMap<string, tf.Variable>;
const constraint = (constrain: (variables: Variables) => void): Regularizer<unknown> => ({ name: 'own', config: {}, player: 'discriminator', constrain });
const clip = (variable: tf.Variable): tf.Tensor => tf.clipByValue(variable, -0.1, 0.1);
/** What no plug is given: every variable there is. */
const allVariables = (): tf.Variable[] => Object.values(tf.engine().state.registeredVariables);

const scalar = 'its penalty is a finite scalar';
const reaches = 'its gradient reaches the weights of its player';
const still = 'its penalty moves no weight and no state';
const penaltyLeaks = 'its penalty leaves no tensor behind';
const interval = 'its term comes at every interval, scaled by it';
const changes = 'it changes weights where they are';
const settles = 'it changes nothing that it has changed';
const own = 'it changes only weights of its player';
const constraintLeaks = 'it leaves no tensor behind';
const trains = 'a trainer takes it';
const json = 'its name and configuration are plain JSON';

const broken: readonly [string, Regularizer<Logits & Features>, Readonly<Record<string, string>>][] = [
  [
    'reads its value',
    penalty((context) => tf.scalar(square(context).dataSync()[0] as number)),
    { [reaches]: '[ganzoo/core/testing] expected the penalty of own to move the discriminator, got no gradient.' },
  ],
  [
    'reads the gradient that it punishes',
    penalty(({ real, score }) => {
      const slopes = tf.tidy(() =>
        tf
          .grad((x: tf.Tensor) => tf.sum(score(x).logits))(real.samples)
          .dataSync(),
      );
      return tf.mean(tf.square(tf.tensor1d([...slopes])));
    }),
    { [reaches]: 'got no gradient' },
  ],
  ['punishes a step', penalty(({ real }) => tf.mean(tf.step(real.out.logits))), { [reaches]: 'got gradients of 0' }],
  [
    'punishes the other player',
    { ...base, player: 'generator', penalty: ({ real }) => tf.mean(tf.square(real.out.logits)) },
    { [reaches]: 'to move the generator' },
  ],
  [
    'returns a vector',
    penalty(({ real }) => tf.square(real.out.logits)),
    { [scalar]: 'got shape [4, 1]', [interval]: "part 'own' of the discriminator's loss has shape [4, 1]", [trains]: 'it must be a scalar' },
  ],
  [
    'returns NaN',
    penalty((context) => tf.log(tf.neg(square(context)))),
    { [scalar]: 'to be finite, got NaN', [interval]: 'to be 3 times the penalty, NaN', [trains]: "'discriminator/own' became NaN or infinite at step 1" },
  ],
  [
    'moves weights by itself',
    penalty((context) => {
      for (const variable of allVariables()) if (variable.trainable) variable.assign(tf.mul(variable, 0.9));
      return square(context);
    }),
    { [still]: 'to leave both networks as they are' },
  ],
  [
    'moves state by itself',
    penalty((context) => {
      for (const variable of allVariables()) if (!variable.trainable) variable.assign(tf.mul(variable, 0.9));
      return square(context);
    }),
    { [still]: "of 'generator/state/" },
  ],
  [
    'keeps a tensor',
    penalty((context) => tf.keep(square(context))),
    { [penaltyLeaks]: 'left behind by the penalty, got 1', [trains]: 'by a training with it, got 1' },
  ],
  [
    'minds the update',
    penalty((context) => {
      if (context.update > 0) throw new Error('only once');
      return square(context);
    }),
    { [interval]: "got 'Error: only once'" },
  ],
  ['has no interval', { ...base, interval: 0.5, penalty: square }, { [interval]: 'must be an integer of at least 1, got 0.5', [trains]: 'got 0.5' }],
  [
    'has no configuration',
    { ...base, config: undefined as never, penalty: square },
    { [json]: 'the configuration of the regularizer to be plain JSON, got [object Undefined] at config' },
  ],
  ['assigns nothing', constraint((variables) => variables.forEach((variable) => void clip(variable))), { [changes]: 'got the same weights' }],
  [
    'shrinks weights',
    constraint((variables) => variables.forEach((variable) => variable.assign(tf.mul(variable, 0.9)))),
    { [settles]: 'to leave weights that it has constrained' },
  ],
  [
    'keeps what it computed',
    constraint((variables) => variables.forEach((variable) => variable.assign(tf.keep(clip(variable))))),
    { [constraintLeaks]: 'left behind by the constraint, got', [trains]: 'left behind by a training with it' },
  ],
  ['changes everybody', constraint(() => allVariables().forEach((variable) => variable.assign(clip(variable)))), { [own]: "of 'generator/trainable/" }],
];

describe('the suite of regularizers catches one that', () => {
  it.each(broken)('%s', (_, regularizer, expected) => expectFailures(regularizerSuite({ make: () => regularizer, backends }), expected));
});

describe('the suite of regularizers accepts', () => {
  it.each<[string, Regularizer<Logits & Features>]>([
    ['a penalty of features', penalty(({ fake }) => tf.mean(tf.square(fake.out.features)))],
    ['a penalty of the generator', { ...base, player: 'generator', penalty: ({ fake }) => tf.mean(tf.square(fake.samples)) }],
    ['a penalty that is seldom due', r1({ interval: 1000 })],
    ['a constraint of the generator', { ...weightClipping(), player: 'generator' }],
  ])('%s', (_, regularizer) => expectFailures(regularizerSuite({ make: () => regularizer, backends }), {}));

  it('one of images', async () => {
    const variation = penalty(({ real, score }) => tf.mean(tf.square(tf.sub(score(tf.reverse(real.samples, 2)).logits, real.out.logits))));
    await expectFailures(regularizerSuite({ make: () => variation, sampleShape: [4, 4, 1], backends }), {});
  });

  it('one of other outputs, given a discriminator that has them', async () => {
    const make = (): Regularizer<{ code: tf.Tensor }> => ({ ...base, penalty: ({ real }) => tf.mean(tf.square(real.out.code)) });
    // @ts-expect-error it does not suit a discriminator that returns logits and features
    regularizerSuite({ make, backends });
    const coder = discriminator({
      network: mlp({ inputShape: [2], hidden: [4], outputShape: [3], norm: 'batch' }),
      read: ([code]) => ({ code: code as tf.Tensor }),
    });
    await expectFailures(regularizerSuite({ make, discriminator: coder, backends }), {});
  });
});

it('a suite names its checks by backend, and refuses what it does not know', async () => {
  const make = weightClipping;
  expect(regularizerSuite({ make }).map(({ name }) => name)).toContain(`cpu: ${changes}`);
  expect(() => regularizerSuite({ make, backend: 'cpu' } as never)).toThrow(
    "unknown option 'backend'. Valid options: backends, discriminator, make, sampleShape.",
  );
  expect(() => regularizerSuite({ make, backends: [] })).toThrow("[ganzoo/core/testing] backends is empty. Name at least one, such as 'cpu'");
  const [first] = regularizerSuite({ make, backends: ['abacus'] });
  await expect(first?.run()).rejects.toThrow("the backend 'abacus' did not start. Registered are");
});
