import { rng, type Gan } from '@ganzoo/core';
import { vanillaGan } from '@ganzoo/vanilla';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));

/** The layers of a built network: their types and the settings the descriptions of the model name. */
function layers(gan: Gan, network: 'generator' | 'discriminator'): [string, unknown?][] {
  const live = gan.networks[network]?.build(rng(0));
  const named: Record<string, string> = { Dense: 'units', LeakyReLU: 'alpha', BatchNormalization: 'momentum', Dropout: 'rate', Activation: 'activation' };
  const found = (live?.model?.layers ?? []).map((layer): [string, unknown?] => {
    const type = layer.getClassName();
    const setting = named[type];
    return setting ? [type, layer.getConfig()[setting]] : [type];
  });
  live?.dispose();
  return found;
}

const sampleShape = [28, 28, 1];

describe('the deep preset', () => {
  const gan = vanillaGan({ sampleShape, depth: 'deep' });

  it('has a generator of 128-256-512-1024 units with batch norm', () => {
    const hidden = [128, 256, 512, 1024].flatMap((units): [string, unknown?][] => [
      ['Dense', units],
      ['BatchNormalization', 0.8],
      ['LeakyReLU', 0.01],
    ]);
    expect(layers(gan, 'generator')).toEqual([['InputLayer'], ...hidden, ['Dense', 784], ['Reshape'], ['Activation', 'tanh']]);
  });

  it('has a discriminator of 1024-512-256 units with dropout', () => {
    const hidden = [1024, 512, 256].flatMap((units): [string, unknown?][] => [
      ['Dense', units],
      ['LeakyReLU', 0.01],
      ['Dropout', 0.3],
    ]);
    expect(layers(gan, 'discriminator')).toEqual([['InputLayer'], ['Flatten'], ...hidden, ['Dense', 1]]);
  });

  it('trains the generator at 4e-4 and the discriminator at 2e-4, by RMSProp', () => {
    expect(gan.config).toMatchObject({
      loss: { name: 'nonSaturating' },
      criticSteps: 1,
      networks: { generator: { config: { latentDim: 100, latents: 'normal' } } },
      players: {
        generator: { optimizer: { name: 'rmsProp', config: { learningRate: 4e-4, decay: 0.9 } } },
        discriminator: { optimizer: { name: 'rmsProp', config: { learningRate: 2e-4, decay: 0.9 } } },
      },
    });
  });
});

describe('the original preset', () => {
  const gan = vanillaGan({ sampleShape });

  it('has one hidden layer of 256 units in each network', () => {
    expect(layers(gan, 'generator')).toEqual([['InputLayer'], ['Dense', 256], ['LeakyReLU', 0.2], ['Dense', 784], ['Reshape'], ['Activation', 'tanh']]);
    expect(layers(gan, 'discriminator')).toEqual([['InputLayer'], ['Flatten'], ['Dense', 256], ['LeakyReLU', 0.2], ['Dense', 1]]);
  });

  it('trains both by Adam at 2e-4 with beta1 0.5', () => {
    const adam = { name: 'adam', config: { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 } };
    expect(gan.config).toMatchObject({
      loss: { name: 'nonSaturating' },
      criticSteps: 1,
      networks: { generator: { config: { latentDim: 100, latents: 'normal' } } },
      players: { generator: { optimizer: adam }, discriminator: { optimizer: adam } },
    });
  });

  it('has no bound at the output where samples are points', () => {
    for (const depth of ['original', 'deep'] as const) expect(layers(vanillaGan({ sampleShape: [2], depth }), 'generator').at(-1)).toEqual(['Dense', 2]);
  });
});
