import { adam, defineVariant, discriminator, GanzooError, generator, nonSaturating, showShape } from '@ganzoo/core';
import { convDiscriminator, convGenerator, type UpSampling } from '@ganzoo/core/networks';

export interface DcganOptions {
  /** Channels of the generator before each doubling; the discriminator has the same in reverse. `[128, 64]` unless told. */
  readonly widths: readonly number[];
  /** Side of every convolution kernel. 5 unless told, as in the paper. */
  readonly kernel: number;
  readonly upSampling: UpSampling;
}

const defaults: DcganOptions & { readonly latentDim: number } = { latentDim: 100, widths: [128, 64], kernel: 5, upSampling: 'transposed' };

/**
 * DCGAN (Radford, Metz & Chintala 2015, https://arxiv.org/abs/1511.06434): strided convolutions, batch norm in both
 * networks but not at the generator's output and the discriminator's input, ReLU and LeakyReLU 0.2, weights from a normal
 * distribution of deviation 0.02, Adam at 2e-4 with beta1 0.5.
 *
 * Takes images `[height, width, channels]` in [-1, 1].
 */
export const dcgan = defineVariant<DcganOptions>({
  name: 'dcgan',
  defaults,
  build: ({ sampleShape, latentDim, widths, kernel, upSampling }) => {
    if (sampleShape.length !== 3) {
      throw new GanzooError(
        'dcgan',
        `sampleShape must be [height, width, channels], got ${showShape(sampleShape)}. For points or vectors use vanillaGan of @ganzoo/vanilla.`,
      );
    }
    return {
      generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape, widths, kernel, upSampling }) }),
      discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [...widths].reverse(), kernel }) }),
      loss: nonSaturating(),
      optimizers: { generator: adam({ learningRate: 2e-4, beta1: 0.5 }), discriminator: adam({ learningRate: 2e-4, beta1: 0.5 }) },
    };
  },
});
