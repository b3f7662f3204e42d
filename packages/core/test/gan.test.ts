import {
  combine,
  defineGame,
  defineGan,
  defineVariant,
  discriminator,
  featureMatching,
  generator,
  hinge,
  history,
  leastSquares,
  nonSaturating,
  relativistic,
  sgd,
  Trainer,
  wasserstein,
  type Batch,
  type BothSides,
  type Gan,
  type GanSpec,
  type Latents,
  type Live,
  type LiveNetworks,
  type Logits,
  type Loss,
  type Networks,
  type Player,
  type Prepare,
  type Regularizer,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('wasm'));

const data = points(20);

async function losses(gan: Gan, steps: number, samples = data): Promise<{ rows: Record<string, number>[]; realSamples: number }> {
  const trainer = new Trainer(gan);
  const log = history();
  await trainer.fit(samples, { steps, batchSize: 4, callbacks: [log] });
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
    const gan = planeGan({ regularizers: [clip] });
    const largest: Record<string, number>[] = [];
    // After the discriminator's update comes the generator's turn.
    const players = gan.players.map((player): Player<Batch, never> => ({
      ...player,
      turn: (turn) => {
        const networks: LiveNetworks<Networks> = turn.networks;
        const greatest = ({ trainable }: Live<never, unknown>): number =>
          Math.max(...[...trainable.values()].map((v) => tf.max(tf.abs(v)).dataSync()[0] as number));
        if (player.name === 'generator') largest.push(Object.fromEntries(Object.entries(networks).map(([name, live]) => [name, greatest(live)])));
        return player.turn(turn);
      },
    }));
    const trainer = new Trainer({ ...gan, players });
    await trainer.fit(data, { steps: 3, batchSize: 4 });
    expect(largest).toHaveLength(3);
    for (const { generator: free, discriminator: clipped } of largest) {
      expect(clipped).toBeCloseTo(0.01, 7);
      expect(free).toBeGreaterThan(0.1);
    }
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

/** Both sides' mean logits, and what each turn of a player saw. */
function spy(): { loss: Loss<Logits, Latents>; turns: (Partial<Record<'real' | 'fake' | 'fakeLogits' | 'z', number[]>> & { player: string })[] } {
  const turns: ReturnType<typeof spy>['turns'] = [];
  const look = (player: string, { real: { samples }, fake, latents }: BothSides<Logits, Latents>): void => {
    const [real, made, fakeLogits, z] = [samples, fake.samples, fake.out.logits, latents.z].map((tensor) => Array.from(tensor.dataSync()));
    turns.push({ player, real: real ?? [], fake: made ?? [], fakeLogits: fakeLogits ?? [], z: z ?? [] });
  };
  const mean = (logits: tf.Tensor): tf.Scalar => tf.mean<tf.Scalar>(logits);
  const loss: Loss<Logits, Latents> = {
    name: 'spy',
    config: {},
    discriminator: (context) => (look('discriminator', context), { real: mean(context.real.out.logits), fake: mean(context.fake.out.logits) }),
    generatorSeesReal: true,
    generator: (context) => (look('generator', context), { fake: mean(context.fake.out.logits) }),
  };
  return { loss, turns };
}

/** `factor * x + offset` of one number. */
const line = (factor: number, offset: number) => (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [1],
        units: 1,
        kernelInitializer: tf.initializers.constant({ value: factor }),
        biasInitializer: tf.initializers.constant({ value: offset }),
      }),
    ],
  });

/** A game of known networks that learn nothing: logits are samples, fakes `factor * z + offset`. */
function still(factor: number, offset: number, overrides: Partial<GanSpec<Logits, Latents>> = {}): Gan {
  const none = sgd({ learningRate: 0 });
  return defineGan({
    generator: generator({ latentDim: 1, network: line(factor, offset) }),
    discriminator: discriminator({ network: line(1, 0) }),
    loss: spy().loss,
    optimizers: { generator: none, discriminator: none },
    ...overrides,
  });
}

const numbers = (values: readonly number[]): Float32Array[] => values.map((value) => Float32Array.of(value));

describe('critic steps', () => {
  it('draw a batch each, of which the generator sees the last', async () => {
    const { loss, turns } = spy();
    const { realSamples } = await losses(still(1, 0, { loss, criticSteps: 3 }), 2, numbers(Array.from({ length: 24 }, (_, i) => i)));
    expect(realSamples).toBe(2 * 3 * 4);
    const round = ['discriminator', 'discriminator', 'discriminator', 'generator'];
    expect(turns.map(({ player }) => player)).toEqual([...round, ...round]);
    const ofCritic = turns.filter(({ player }) => player === 'discriminator').flatMap(({ real }) => real);
    expect(new Set(ofCritic).size).toBe(24);
    for (const last of [2, 6]) expect(turns[last + 1]?.real).toEqual(turns[last]?.real);
  });
});

describe('a turn', () => {
  it('scores the very samples it made, of latents drawn anew each update', async () => {
    const { loss, turns } = spy();
    await losses(still(2, 3, { loss }), 3, numbers([0, 1, 2, 3]));
    expect(turns).toHaveLength(6);
    for (const { z, fake, fakeLogits } of turns) {
      expect(z).toHaveLength(4);
      z?.forEach((value, index) => expect(fake?.[index]).toBeCloseTo(2 * value + 3, 5));
      expect(fakeLogits).toEqual(fake);
    }
    expect(new Set(turns.flatMap(({ z }) => z)).size).toBe(6 * 4);
  });

  it('draws the masks of dropout anew for each side and each update', async () => {
    const { loss, turns } = spy();
    const dropping = (): tf.LayersModel =>
      tf.sequential({
        layers: [
          tf.layers.dense({ inputShape: [1], units: 200, kernelInitializer: 'ones' }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.dense({ units: 1, kernelInitializer: 'glorotNormal' }),
        ],
      });
    const { rows } = await losses(still(0, 1, { loss, discriminator: discriminator({ network: dropping }) }), 3, numbers([1]));
    // All samples are 1: only masks make logits differ, within a batch too.
    expect(new Set(turns.flatMap(({ fakeLogits }) => fakeLogits)).size).toBe(6 * 4);
    const means = rows.flatMap((row) => [row['discriminator/real'], row['discriminator/fake'], row['generator/fake']]);
    expect(new Set(means).size).toBe(9);
  });
});

describe("a discriminator's prepare", () => {
  const prepared = (prepare: Prepare): Partial<GanSpec<Logits, Latents>> => ({ discriminator: discriminator({ network: line(1, 0), prepare }) });

  it('changes what it sees of either side in both turns; a penalty has it as it was seen', async () => {
    const scored: Regularizer = {
      name: 'scored',
      config: {},
      player: 'discriminator',
      interval: 1,
      penalty: ({ real, score }) => tf.mean(score(tf.mul(real.samples, 10)).logits),
    };
    const { rows } = await losses(
      still(0, -1, { ...prepared((side) => ({ ...side, samples: tf.add(side.samples, 100) })), regularizers: [scored] }),
      1,
      numbers([2]),
    );
    expect(rows[0]).toMatchObject({ 'discriminator/real': 102, 'discriminator/fake': 99, 'discriminator/scored': 1020, 'generator/fake': 99 });
  });

  it('gets a stream of its own for each side and update', async () => {
    const drawn: number[] = [];
    const noisy: Prepare = (side, rng) => (drawn.push(rng.integer()), side);
    const looking: Loss = {
      name: 'looking',
      config: {},
      discriminator: ({ real }) => ({ real: tf.mean(real.out.logits) }),
      generatorSeesReal: true,
      generator: ({ real, fake }) => ({ both: tf.mean(tf.sub(real.out.logits, fake.out.logits)) }),
    };
    await losses(still(0, -1, { ...prepared(noisy), loss: looking }), 3, numbers([2]));
    // Once to see what shape comes of it; then both turns see both sides, as the generator's term looks at the real one too.
    expect(new Set(drawn).size).toBe(1 + 3 * 4);
    expect(drawn).toHaveLength(1 + 3 * 4);
    drawn.length = 0;
    const blind: Loss = { ...looking, generatorSeesReal: true, generator: ({ fake }) => ({ fake: tf.mean(fake.out.logits) }) };
    await losses(still(0, -1, { ...prepared(noisy), loss: blind }), 3, numbers([2]));
    // A side nobody looks at is not even prepared.
    expect(drawn).toHaveLength(1 + 3 * 3);
  });
});

describe('accuracy', () => {
  it.each([
    [[1, 2, 3, -1], -1, (0.75 + 1) / 2],
    [[1, 2, 3, -1], 1, (0.75 + 0) / 2],
    [[-1, -2, -3, -1], 1, 0],
    [[1, 2, 3, 4], -5, 1],
    // A logit of 0 is on neither side.
    [[0, 0, 0, 1], 0, 0.125],
  ])('of real logits %j and fake ones %d is %d', async (real, fake, expected) => {
    const { rows } = await losses(still(0, fake, { loss: nonSaturating() }), 1, numbers(real));
    expect(rows[0]?.['discriminator/accuracy']).toBe(expected);
  });

  it.each([
    [leastSquares(), 0.875],
    [leastSquares({ a: -1, b: 1, c: 0 }), 0.5],
    [combine(leastSquares(), featureMatching()), 0.875],
    [combine(leastSquares(), hinge()), undefined],
    [wasserstein(), undefined],
    [relativistic(), undefined],
  ])('is by the line that the loss draws, where it draws one (%#)', async (loss, expected) => {
    // Real logits 1, 2, 3 and 0.4; fake ones 0.3.
    const { rows } = await losses(still(0, 0.3, { loss: loss as Loss }), 1, numbers([1, 2, 3, 0.4]));
    expect(rows[0]?.['discriminator/accuracy']).toBe(expected);
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
