import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ebgan, energyLoss } from '../ebgan.ts';

describe('ebgan conforms', () => {
  it.each(variantSuite({ make: ebgan, options: { sampleShape: [6, 6, 1], latentDim: 4, hidden: [12], code: 4 } }))('$name', ({ run }) => run());
});

it('has the energies of the paper as losses', async () => {
  await tf.setBackend('cpu');
  const side = (samples: number[][], reconstruction: number[][]) => ({ samples: tf.tensor2d(samples), out: { reconstruction: tf.tensor2d(reconstruction) } });
  // Energies 0.5 and 0 of the real ones, 2 and 0 of the fakes, of which one is past the margin.
  const context = {
    real: side(
      [
        [1, 0],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 1],
      ],
    ),
    fake: side(
      [
        [2, 0],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 1],
      ],
    ),
  };
  const { discriminator, generator } = energyLoss(0.5);
  const values = (parts: object): number[] => Object.values(parts).map((part) => (part as tf.Tensor).dataSync()[0] as number);
  expect(values(discriminator(context as never))).toEqual([0.25, 0.25]);
  expect(values(generator(context as never))).toEqual([1]);
  expect(() => energyLoss(-1)).toThrow('margin');
});
