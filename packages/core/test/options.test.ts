import {
  adam,
  checkpoints,
  constant,
  cosine,
  earlyStopping,
  every,
  GanzooError,
  history,
  linearDecay,
  memory,
  rmsProp,
  sgd,
  warmup,
  type Run,
} from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';
import { describe, expect, it } from 'vitest';

/** A call that must throw, with options that types do not allow. */
type Call = (...args: never[]) => unknown;

function refusal(call: Call, args: readonly unknown[]): string {
  try {
    call(...(args as never[]));
  } catch (error) {
    if (error instanceof GanzooError) return error.message;
    throw error;
  }
  return 'nothing was refused';
}

describe('options are refused by name', () => {
  const from = 1;
  const updates = 10;
  it.each<[Call, unknown[], string]>([
    [adam, [null], 'core/optimizers] adam takes an object with options, got null. Valid options: beta1, beta2, clipNorm, clipValue, epsilon, learningRate.'],
    [rmsProp, [0.1], 'rmsProp takes an object with options, got 0.1. Valid options: clipNorm'],
    [sgd, ['fast'], "sgd takes an object with options, got 'fast'. Valid options: clipNorm, clipValue, learningRate, momentum."],
    [sgd, [[0.1]], 'sgd takes an object with options, got [0.1]. Valid options: clipNorm'],
    [adam, [{ beta1: 1 }], 'adam beta1 must be a number in [0, 1), got 1.'],
    [adam, [{ beta2: 1 }], 'adam beta2 must be a number in [0, 1), got 1.'],
    [adam, [{ beta2: '0.9' }], "adam beta2 must be a number in [0, 1), got '0.9'."],
    [rmsProp, [{ decay: 1 }], 'rmsProp decay must be a number in [0, 1), got 1.'],
    [sgd, [{ momentum: NaN }], 'sgd momentum must be a number in [0, 1), got NaN.'],
    [adam, [{ learningRate: {} }], 'adam learningRate must be a number or a schedule such as cosine({ from: 1e-3, updates: 5000 }), got an object.'],
    [constant, [], 'constant value must be a finite number, got undefined'],
    [linearDecay, [undefined], 'core/schedules] linearDecay takes an object with options, got undefined. Valid options: from, start, to, updates.'],
    [linearDecay, [{ from, updates, steps: 5 }], "unknown option 'steps'. Valid options: from, start, to, updates."],
    [cosine, [{ from, updates, end: 0 }], "unknown option 'end'. Valid options: from, start, to, updates."],
    [warmup, [{ updates }], 'warmup to must be a number or a schedule such as cosine({ from: 1e-3, updates: 5000 }), got undefined.'],
    [warmup, [{ updates, to: NaN }], 'warmup to must be a finite number, got NaN.'],
    [warmup, [{ updates, to: 1, from: 0 }], "unknown option 'from'. Valid options: to, updates."],
    [every, [10], 'every takes a function of the run, such as (run) => ..., got undefined.'],
    [history, [5], 'history takes an object with options, got 5. Valid options: steps.'],
    [history, [{ every: 5 }], "unknown option 'every'. Valid options: steps."],
    [history, [{ steps: 0 }], 'history steps must be an integer of at least 1, got 0.'],
    [checkpoints, [{ steps: 5 }], 'checkpoints store must be a store, got undefined. Pass folder(path) of @ganzoo/node, indexedDb(name) or memory().'],
    [checkpoints, [{ store: './runs', steps: 5 }], 'checkpoints store must be a store, got string.'],
    [checkpoints, [{ store: memory() }], 'checkpoints steps must be an integer of at least 1, got undefined.'],
    [checkpoints, [{ store: memory(), steps: 5, keep: 2 }], "unknown option 'keep'. Valid options: steps, store."],
    [
      earlyStopping,
      [{ steps: 5, patience: 2 }],
      "earlyStopping monitor must be the key of a loss, such as 'generator/fake', or a function of the run, got undefined.",
    ],
    [earlyStopping, [{ monitor: 'x', patience: 2 }], 'earlyStopping steps must be an integer of at least 1, got undefined.'],
    [earlyStopping, [{ monitor: 'x', steps: 1, patience: 2, delta: 1 }], "unknown option 'delta'. Valid options: minDelta, mode, monitor, patience, steps."],
  ])('%o(%j)', (call, args, message) => {
    expect(refusal(call, args)).toContain(message);
  });
});

describe('networks', () => {
  const plain = { inputShape: [2], hidden: [4], outputShape: [1] };
  const image = { sampleShape: [8, 8, 1], widths: [4] };
  it.each<[Call, unknown, string]>([
    [mlp, null, 'mlp takes an object with options, got null.'],
    [mlp, { ...plain, slope: Infinity }, 'slope must be a finite number, got Infinity.'],
    [mlp, { ...plain, normEpsilon: NaN }, 'normEpsilon must be a finite number of at least 0, got NaN.'],
    [mlp, { ...plain, normMomentum: 1 }, 'normMomentum must be a number in [0, 1), got 1.'],
    [mlp, { ...plain, hidden: 256 }, 'hidden must be an array of integers such as [256, 256], got 256.'],
    [mlp, { ...plain, inputShape: 2 }, 'inputShape must be an array of integers such as [100], got 2.'],
    [mlp, { ...plain, outputShape: [0] }, 'outputShape[0] must be an integer of at least 1, got 0.'],
    [convGenerator, { ...image, latentDim: 2, widths: 64 }, 'widths must be an array of integers such as [64, 128], got 64.'],
    [convGenerator, { widths: [4], latentDim: 2 }, 'sampleShape must be an array of integers such as [28, 28, 1], got undefined.'],
    [convDiscriminator, { ...image, widths: '64' }, 'widths must be an array of integers such as [64, 128], got 64.'],
  ])('%o refuses %j', (call, options, message) => {
    expect(refusal(call, [options])).toContain(message);
  });

  it('take the default for an option that is undefined', () => {
    const missing = { kernel: undefined, activation: undefined, normMomentum: undefined } as object;
    expect(convGenerator({ ...image, latentDim: 2, ...missing }).config).toEqual(convGenerator({ ...image, latentDim: 2 }).config);
    expect(convDiscriminator({ ...image, ...missing }).config).toEqual(convDiscriminator(image).config);
    expect(mlp({ ...plain, ...({ norm: undefined, dropout: undefined } as object) }).config).toEqual(mlp(plain).config);
  });
});

describe('early stopping', () => {
  const looks = async (values: number[], mode: 'min' | 'max' = 'min'): Promise<number> => {
    const left = [...values];
    const stopper = earlyStopping({ monitor: () => left.shift() as number, steps: 1, patience: 1, mode });
    for (let look = 1; look <= values.length; look++) if ((await stopper.onStep?.({ step: look } as Run)) === 'stop') return look;
    return Infinity;
  };

  it('has nothing to compare the first look with', async () => {
    expect(await looks([Infinity, 3, 2])).toBe(Infinity);
    expect(await looks([-Infinity, 3, 4], 'max')).toBe(Infinity);
    expect(await looks([NaN, 3, 2])).toBe(Infinity);
    expect(await looks([Infinity, Infinity])).toBe(2);
    expect(await looks([2, 1, 1])).toBe(3);
  });
});
