import type { Run } from '@ganzoo/core';
import type { Tensor } from '@tensorflow/tfjs';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A run to move by hand. `sample` must be given by tests that need it. */
export function fakeRun(overrides: Partial<Run> = {}): Mutable<Run> & { reads: number } {
  const run = {
    gan: { name: 'fake', config: { latentDim: 2 } },
    seed: 7,
    backend: 'cpu',
    step: 0,
    steps: 100,
    batchSize: 64,
    realSamples: 0,
    seconds: 0,
    waited: 0,
    reads: 0,
    async losses() {
      run.reads++;
      return { 'discriminator/real': 0.6789, 'discriminator/fake': 0.25, 'discriminator/accuracy': 0.514, 'generator/fake': 1.5 };
    },
    sample(): Tensor {
      throw new Error('this test samples nothing');
    },
    async save() {
      throw new Error('this test saves nothing');
    },
    signal: undefined,
    async record() {
      throw new Error('this test records nothing');
    },
    ...overrides,
  };
  return run;
}
