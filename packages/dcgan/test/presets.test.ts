import { rng, type Gan } from '@ganzoo/core';
import { dcgan } from '@ganzoo/dcgan';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));

const gan = dcgan({ sampleShape: [28, 28, 1] });
type Name = 'generator' | 'discriminator';

/** Runs on the layers of a built network, and disposes it. */
async function built<T>(network: Name, look: (layers: readonly tf.layers.Layer[]) => T | Promise<T>, of: Gan = gan): Promise<T> {
  const live = of.networks[network]?.build(rng(0));
  try {
    return await look(live?.model?.layers ?? []);
  } finally {
    live?.dispose();
  }
}

const types = (layers: readonly tf.layers.Layer[]): string[] => layers.map((layer) => layer.getClassName());

describe('the DCGAN of the paper', () => {
  it('has batch norm but at the output of the generator and the input of the discriminator', async () => {
    expect(await built('generator', types)).toEqual([
      'InputLayer',
      'Dense',
      'Reshape',
      'BatchNormalization',
      'Activation',
      'Conv2DTranspose',
      'BatchNormalization',
      'Activation',
      'Conv2DTranspose',
      'Activation',
    ]);
    expect(await built('discriminator', types)).toEqual(['InputLayer', 'Conv2D', 'LeakyReLU', 'Conv2D', 'BatchNormalization', 'LeakyReLU', 'Flatten', 'Dense']);
  });

  it('has ReLU and tanh in the generator, LeakyReLU 0.2 in the discriminator, kernels of 5 by 5', async () => {
    const settings = (network: Name, type: string, setting: string): Promise<unknown[]> =>
      built(network, (layers) => layers.filter((layer) => layer.getClassName() === type).map((layer) => layer.getConfig()[setting]));
    expect(await settings('generator', 'Activation', 'activation')).toEqual(['relu', 'relu', 'tanh']);
    expect(await settings('discriminator', 'LeakyReLU', 'alpha')).toEqual([0.2, 0.2]);
    for (const [network, type] of [
      ['generator', 'Conv2DTranspose'],
      ['discriminator', 'Conv2D'],
    ] as const) {
      expect(await settings(network, type, 'kernelSize')).toEqual(new Array(2).fill([5, 5]));
      expect(await settings(network, type, 'strides')).toEqual(new Array(2).fill([2, 2]));
    }
  });

  it.each(['generator', 'discriminator'] as const)('draws the weights of the %s with deviation 0.02', async (network) => {
    const deviations = await built(network, (layers) =>
      Promise.all(
        layers
          .flatMap((layer) => layer.weights)
          .filter(({ originalName }) => originalName.endsWith('kernel'))
          .map(async (weight) => {
            const values = (await weight.read().data()) as Float32Array;
            return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
          }),
      ),
    );
    expect(deviations).toHaveLength(3);
    for (const deviation of deviations) expect(Math.abs(deviation - 0.02)).toBeLessThan(0.0015);
  });

  it('trains both networks by Adam at 2e-4 with beta1 0.5, once each', () => {
    const adam = { name: 'adam', config: { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 } };
    expect(gan.config).toMatchObject({
      loss: { name: 'nonSaturating' },
      criticSteps: 1,
      networks: { generator: { config: { latentDim: 100 } } },
      players: { generator: { optimizer: adam }, discriminator: { optimizer: adam } },
    });
  });

  it('gives the discriminator the widths of the generator in reverse', async () => {
    const widths = (network: Name, type: string): Promise<unknown[]> =>
      built(
        network,
        (layers) => layers.filter((layer) => layer.getClassName() === type).map((layer) => layer.getConfig()['filters']),
        dcgan({ sampleShape: [16, 16, 3], widths: [6, 5, 4], kernel: 3 }),
      );
    expect(await widths('generator', 'Conv2DTranspose')).toEqual([5, 4, 3]);
    expect(await widths('discriminator', 'Conv2D')).toEqual([4, 5, 6]);
  });
});
