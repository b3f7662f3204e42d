import {
  adam,
  discriminator,
  generator,
  gradientPenalty,
  health,
  leastSquares,
  linearDecay,
  nonSaturating,
  toDataset,
  Trainer,
  wasserstein,
  type Callback,
  type Dataset,
  type Gan,
  type HealthNotice,
  type HealthOptions,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('cpu'));

let data: Dataset;
beforeAll(async () => {
  data = await toDataset(points(64));
});

/** What it says of a training. */
async function examine(
  gan: Gan,
  options: HealthOptions & { readonly trained?: number; readonly seed?: number; readonly data?: Dataset; readonly callbacks?: readonly Callback[] } = {},
): Promise<HealthNotice[]> {
  const { trained = 600, seed = 0, callbacks = [], data: from = data, ...rest } = options;
  const notices: HealthNotice[] = [];
  const trainer = new Trainer(gan, { seed });
  const callback = health({ data, steps: 10, ...rest, onNotice: (notice) => notices.push(notice) });
  await trainer.fit(from, { steps: trained, batchSize: 16, callbacks: [callback, ...callbacks] });
  trainer.dispose();
  return notices;
}

const kinds = (notices: readonly HealthNotice[]): string[] => notices.map(({ ailment }) => ailment);
const rates = (generator: number, critic: number) => ({ generator: adam({ learningRate: generator }), discriminator: adam({ learningRate: critic }) });

describe('health', () => {
  it('sees a generator whose samples become alike, within 600 steps', async () => {
    // A critic that learns no more is climbed to its highest point, which is a corner.
    const bounded = generator({ latentDim: 3, network: mlp({ inputShape: [3], hidden: [8], outputShape: [2], outputActivation: 'tanh' }) });
    const frozen = adam({ learningRate: linearDecay({ from: 1e-2, to: 1e-9, updates: 100 }) });
    const gan = planeGan({ generator: bounded, optimizers: { generator: adam({ learningRate: 1e-2 }), discriminator: frozen } });
    const [notice, ...others] = await examine(gan, { saturation: false });
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ ailment: 'modeCollapse' });
    expect(notice?.message).toMatch(/^step \d+: mode collapse: 64 samples are on average \d+ % as far apart as real ones, and were \d+ %\. Go on from/);
  });

  it('sees a discriminator that is never wrong, within 600 steps', async () => {
    // Real samples far from where the generator begins, and stays.
    const far = await toDataset(points(64).map((point) => point.map((value) => value + 9)));
    const gan = planeGan({ optimizers: rates(1e-9, 1e-2) });
    expect(kinds(await examine(gan, { data: far }))).toEqual(['saturation']);
    expect(kinds(await examine(gan, { data: far, saturation: false }))).toEqual([]);
  });

  it('sees tensors that nobody disposes, within 100 steps', async () => {
    const kept: tf.Tensor[] = [];
    const leaking: Callback = { name: 'leaking', onStep: () => void kept.push(tf.scalar(1)) };
    expect(await examine(planeGan(), { trained: 100, callbacks: [leaking] })).toMatchObject([{ ailment: 'tensorLeak', step: 70 }]);
    tf.dispose(kept);
  });

  it('sees data that are slower than the training, within two seconds', async () => {
    const slow: Dataset = {
      ...data,
      async *batches(request) {
        for await (const drawn of data.batches(request)) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          yield drawn;
        }
      },
    };
    const notices = await examine(planeGan(), { trained: 120, data: slow });
    expect(kinds(notices)).toEqual(['slowData']);
    expect(notices[0]?.message).toMatch(/waits for data \d\d % of its time/);
  });

  it('says nothing of ten healthy runs', async () => {
    const losses = [{ loss: nonSaturating() }, { loss: leastSquares() }, { loss: wasserstein(), regularizers: [gradientPenalty({ weight: 0.1 })] }];
    for (let seed = 0; seed < 10; seed++) {
      const critic = discriminator({ network: mlp({ inputShape: [2], hidden: [16, 16], outputShape: [1] }) });
      const gan = planeGan({ ...losses[seed % 3], discriminator: critic, optimizers: rates(1e-3, 1e-3) });
      expect(await examine(gan, { seed, trained: 250 }), `seed ${seed}`).toEqual([]);
    }
  });

  it('says each thing once a run, and looks anew in the next', async () => {
    const kept: tf.Tensor[] = [];
    const notices: HealthNotice[] = [];
    const callback = health({ steps: 1, onNotice: (notice) => notices.push(notice) });
    const trainer = new Trainer(planeGan());
    const leaking: Callback = { name: 'leaking', onStep: () => void kept.push(tf.scalar(1)) };
    for (const steps of [20, 40]) await trainer.fit(data, { steps, batchSize: 4, callbacks: [callback, leaking] });
    trainer.dispose();
    tf.dispose(kept);
    expect(notices.map(({ step }) => step)).toEqual([7, 27]);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await examine(planeGan(), { trained: 80 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses options it does not have', () => {
    expect(() => health({ colapse: false } as never)).toThrow("unknown option 'colapse'");
    expect(() => health({ tensorLeak: 3 } as never)).toThrow('health tensorLeak must be true or false, got number');
    expect(() => health({ steps: 0 })).toThrow('health steps must be an integer of at least 1, got 0');
  });
});
