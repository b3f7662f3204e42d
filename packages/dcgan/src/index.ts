import { adam, defineVariant, discriminator, GanzooError, generator, nonSaturating, showShape } from '@ganzoo/core';
import { convDiscriminator, convGenerator, type UpSampling } from '@ganzoo/core/networks';

/** What {@link dcgan} takes besides what every variant does. */
export interface DcganOptions {
  /**
   * Channels of the generator before each doubling; the discriminator has the same in reverse. Unless told they halve as the
   * side doubles, from 7 pixels or fewer up: `[128, 64]` for 28 pixels, `[256, 128, 64]` for 32, and the paper's
   * `[1024, 512, 256, 128]` for 64.
   */
  readonly widths: readonly number[] | undefined;
  /** Side of every convolution kernel. 5 unless told, as in the paper. */
  readonly kernel: number;
  /**
   * How the generator doubles the size. `'transposed'` unless told; the others resize and convolve, which leaves no
   * checkerboard.
   */
  readonly upSampling: UpSampling;
}

const defaults: DcganOptions & { readonly latentDim: number } = { latentDim: 100, widths: undefined, kernel: 5, upSampling: 'transposed' };

/**
 * DCGAN (Radford, Metz & Chintala 2015, https://arxiv.org/abs/1511.06434): strided convolutions, batch norm in both
 * networks but not at the generator's output and the discriminator's input, ReLU and LeakyReLU 0.2, weights from a normal
 * distribution of deviation 0.02, Adam at 2e-4 with beta1 0.5.
 *
 * Takes images `[height, width, channels]` in [-1, 1]. At 28 pixels its latents go from 100 to 7x7x128, 14x14x64 and 28x28x1.
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
      generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape, kernel, upSampling, ...(widths && { widths }) }) }),
      discriminator: discriminator({ network: convDiscriminator({ sampleShape, kernel, ...(widths && { widths: [...widths].reverse() }) }) }),
      loss: nonSaturating(),
      optimizers: { generator: adam({ learningRate: 2e-4, beta1: 0.5 }), discriminator: adam({ learningRate: 2e-4, beta1: 0.5 }) },
    };
  },
});
