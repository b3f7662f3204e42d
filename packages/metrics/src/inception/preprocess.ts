import * as tf from '@tensorflow/tfjs';
import { resizeBicubic, type Size } from '../resize.ts';
import { INPUT_CHANNELS, INPUT_SIZE } from './architecture.ts';

/**
 * How images become the network's input; FIDs by different ones must not be compared.
 *
 * - `'legacy-tensorflow'`: as in the original FID and Inception Score, and in torch-fidelity: bilinear without antialiasing,
 *   corner pixels at the top left as TensorFlow 1 has them, then `(x - 128) / 128`.
 * - `'legacy-pytorch'`: as in pytorch-fid: bilinear without antialiasing, by the centers of pixels, then `(x - 127.5) / 127.5`.
 * - `'clean'`: as in clean-fid (https://arxiv.org/abs/2104.11222): bicubic with antialiasing as Pillow's, clipped to
 *   [0, 255], then `(x - 128) / 128`.
 */
export type Preprocessing = 'legacy-tensorflow' | 'legacy-pytorch' | 'clean';

export const PREPROCESSINGS: readonly Preprocessing[] = ['legacy-tensorflow', 'legacy-pytorch', 'clean'];

const SIZE: Size = [INPUT_SIZE, INPUT_SIZE];

/**
 * The network's input [n, 299, 299, 3] of images [n, height, width, 3] in [0, 255]. Images stay their owner's, who may dispose
 * them right after the call.
 */
export async function preprocess(images: tf.Tensor4D, preprocessing: Preprocessing): Promise<tf.Tensor4D> {
  if (preprocessing === 'clean') return cleaned(await images.data(), images.shape);
  const [center, halfPixelCenters] = preprocessing === 'legacy-tensorflow' ? [128, false] : [127.5, true];
  return tf.tidy(() => tf.div(tf.sub(bilinear(tf.cast(images, 'float32'), halfPixelCenters), center), center));
}

function bilinear(images: tf.Tensor4D, halfPixelCenters: boolean): tf.Tensor4D {
  const isThatSize = images.shape[1] === INPUT_SIZE && images.shape[2] === INPUT_SIZE;
  return isThatSize ? images : tf.image.resizeBilinear(images, [INPUT_SIZE, INPUT_SIZE], false, halfPixelCenters);
}

function cleaned(pixels: ArrayLike<number>, [count, height, width]: tf.Tensor4D['shape']): tf.Tensor4D {
  const all = Float32Array.from(pixels);
  const input = new Float32Array(count * INPUT_SIZE * INPUT_SIZE * INPUT_CHANNELS);
  for (let i = 0; i < count; i++) {
    const image = all.subarray(i * height * width * INPUT_CHANNELS, (i + 1) * height * width * INPUT_CHANNELS);
    const resized = resizeBicubic(image, [height, width], INPUT_CHANNELS, SIZE);
    input.set(
      resized.map((value) => (Math.min(255, Math.max(0, value)) - 128) / 128),
      i * resized.length,
    );
  }
  return tf.tensor4d(input, [count, INPUT_SIZE, INPUT_SIZE, INPUT_CHANNELS]);
}
