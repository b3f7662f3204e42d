import {
  defineGame,
  defineGan,
  defineVariant,
  discriminator,
  generator,
  history,
  nonSaturating,
  Trainer,
  type BothSides,
  type Logits,
  type Loss,
  type Regularizer,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('wasm'));

const data = points(20);

async function losses(gan: ReturnType<typeof planeGan>, steps: number): Promise<{ rows: Record<string, number>[]; realSamples: number }> {
  const trainer = new Trainer(gan);
  const log = history();
  await trainer.fit(data, { steps, batchSize: 4, callbacks: [log] });
  const { realSamples } = trainer;
  trainer.dispose();
  return { rows: log.rows.map((row) => row.losses), realSamples };
}

describe('a regularizer', () => {
  const penalty = (interval: number, seen: number[] = []): Regularizer => ({
    name: 'weight',
    config: { interval },
    player: 'discriminator',
    interval,
    penalty: ({ real, score }) => {
      seen.push(score(real.samples).logits.shape[0] as number);
      return tf.scalar(0.5);
    },
  });

  it('adds its term every `interval` updates of its player, scaled by it', async () => {
    const seen: number[] = [];
    const { rows } = await losses(planeGan({ regularizers: [penalty(3, seen)], criticSteps: 1 }), 7);
    // Due at updates 0, 3 and 6; between them the last value stands.
    expect(seen).toEqual([4, 4, 4]);
    expect(rows.map((row) => row['discriminator/weight'])).toEqual(new Array(7).fill(1.5));
  });

  it('constrains the weights of its player after each update', async () => {
    const clip: Regularizer = {
      name: 'clip',
      config: {},
      player: 'discriminator',
      constrain: (variables) => variables.forEach((variable) => variable.assign(tf.clipByValue(variable, -0.01, 0.01))),
    };
    const largest: number[] = [];
    const watch: Loss<Logits, unknown> = {
      ...nonSaturating(),
      generator: (context) => nonSaturating().generator(context as BothSides<Logits, unknown>),
    };
    const gan = planeGan({ regularizers: [clip], loss: watch });
    const trainer = new Trainer(gan);
    await trainer.fit(data, {
      steps: 3,
      batchSize: 4,
      callbacks: [{ name: 'logits', onStep: async (run) => void largest.push(Math.abs((await run.losses())['generator/fake'] as number) - Math.log(2)) }],
    });
    // A critic of such small weights can tell nothing: every logit is nearly 0.
    for (const distance of largest) expect(Math.abs(distance)).toBeLessThan(0.02);
    trainer.dispose();
  });

  it('needs a name of its own', () => {
    expect(() => planeGan({ regularizers: [penalty(1), penalty(2)] })).toThrow("two regularizers are named 'weight'");
  });
});

describe('a loss', () => {
  it('gets the real side in the generator turn only when it says so', async () => {
    const seen: boolean[] = [];
    const look = (generatorSeesReal: boolean): Loss<Logits, unknown> =>
      ({
        ...nonSaturating(),
        generatorSeesReal,
        generator: (context: BothSides<Logits, unknown>) => {
          seen.push('real' in context);
          return nonSaturating().generator(context);
        },
      }) as Loss<Logits, unknown>;
    await losses(planeGan({ loss: look(false) }), 1);
    await losses(planeGan({ loss: look(true) }), 1);
    expect(seen).toEqual([false, true]);
  });

  it.each<[string, unknown, string]>([
    [
      'a vector',
      (c: BothSides<Logits, unknown>) => ({ real: tf.squeeze(c.real.out.logits) }),
      "part 'real' of the discriminator's loss has shape [4]; it must be a scalar. Reduce it with tf.mean.",
    ],
    ['a number', () => ({ real: 1 }), "part 'real' of the discriminator's loss is not a tensor but number"],
    ['nothing', () => ({}), "the discriminator's loss returned no parts"],
  ])('that returns %s is refused by part', async (_, bad, message) => {
    const loss = { ...nonSaturating(), discriminator: bad } as Loss<Logits, unknown>;
    await expect(losses(planeGan({ loss }), 1)).rejects.toThrow(message);
  });
});

describe('critic steps', () => {
  it('draw a batch each, and share none with the generator', async () => {
    expect((await losses(planeGan({ criticSteps: 5 }), 2)).realSamples).toBe(2 * 5 * 4);
  });
});

describe('the generator turn', () => {
  it('scores the very samples it made, with dropout and noise drawn anew each update', async () => {
    const { rows } = await losses(planeGan(), 2);
    expect(rows[0]?.['generator/fake']).not.toBe(rows[1]?.['generator/fake']);
  });
});

describe('defineGame', () => {
  it('trains any networks and players, here a single one that fits a constant', async () => {
    const network = generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [], outputShape: [2] }) });
    const game = defineGame<{ target: tf.Tensor }, { fitter: typeof network }>({
      name: 'fit a constant',
      config: {},
      networks: { fitter: network },
      players: [
        {
          name: 'fitter',
          config: {},
          moves: ['fitter'],
          updates: 1,
          batch: 'new',
          optimizer: (await import('@ganzoo/core')).adam({ learningRate: 0.05 }),
          turn: ({ batch, networks, rng }) => {
            const z = tf.zeros([4, 2]);
            return () => {
              const { samples } = networks.fitter.apply({ z }, { training: true, updateState: true, rng });
              return { losses: { distance: tf.mean<tf.Scalar>(tf.squaredDifference(samples, batch.target)) } };
            };
          },
        },
      ],
    });
    const before = tf.memory().numTensors;
    const trainer = new Trainer(game);
    await trainer.fit(
      {
        name: 'targets',
        async *batches() {
          for (;;) yield { batch: { target: tf.fill([4, 2], 0.7) }, cursor: null };
        },
      },
      { steps: 100, batchSize: 4 },
    );
    expect((await trainer.losses())['fitter/distance']).toBeLessThan(1e-3);
    expect(() => trainer.sample(2)).toThrow('fit a constant has no sampler');
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses players that move what is not there, and twins', () => {
    const player = planeGan().players[0] as never as { name: string };
    const network = generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [], outputShape: [2] }) });
    expect(() => defineGame({ name: 'x', config: {}, networks: { network }, players: [player as never] })).toThrow(
      "player 'discriminator' moves the network 'discriminator', which is not there. Networks: network.",
    );
    expect(() => defineGame({ name: 'x', config: {}, networks: { network }, players: [player, player] as never })).toThrow(
      "two players are named 'discriminator'",
    );
  });
});

describe('defineVariant', () => {
  const variant = defineVariant({
    name: 'tiny',
    defaults: { latentDim: 2, width: 4 },
    build: ({ sampleShape, latentDim, width }) => ({
      generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden: [width], outputShape: sampleShape }) }),
      discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: [width], outputShape: [1] }) }),
      loss: nonSaturating(),
    }),
  });

  it('fills defaults, lets every piece be replaced, and records both', () => {
    const config = variant({ sampleShape: [2], width: 6, criticSteps: 2, ema: false }).config as Record<string, unknown>;
    expect(config).toMatchObject({ criticSteps: 2, ema: false, loss: { name: 'nonSaturating' } });
    expect(JSON.stringify(config)).toContain('"hidden":[6]');
  });

  it('refuses unknown options and shapes by name', () => {
    expect(() => variant({ sampleShape: [2], widht: 6 } as never)).toThrow(
      "[ganzoo/tiny] unknown option 'widht'. Valid options: criticSteps, discriminator, ema, generator, latentDim, loss, optimizers, regularizers, sampleRange, sampleShape, width.",
    );
    expect(() => variant({} as never)).toThrow('sampleShape must be a shape such as [28, 28, 1] or [2], got undefined');
    expect(() => variant(undefined as never)).toThrow('expected options such as');
    expect(() => variant({ sampleShape: [0] })).toThrow('sampleShape[0] of [0] must be an integer of at least 1, got 0');
    expect(() => defineGan({ criticStep: 2 } as never)).toThrow("unknown option 'criticStep'. Valid options: criticSteps");
  });
});
