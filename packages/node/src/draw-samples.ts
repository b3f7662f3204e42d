import type { Tensor } from '@tensorflow/tfjs';
import { GanzooError, showShape } from '@ganzoo/core';
import { grid, type Picture } from './pictures.ts';
import { scatter } from './scatter.ts';

/**
 * One picture of samples: images `[n, h, w, 1 or 3]` as a grid, points `[n, 2]` as dots.
 *
 * @param samples stay the caller's
 * @throws GanzooError in `scope` where they are neither
 */
export async function drawSamples(scope: string, samples: Tensor, extent: number | undefined): Promise<Picture> {
  const [, ...shape] = samples.shape;
  const isPlane = shape.length === 1 && shape[0] === 2;
  if (!isPlane && shape.length !== 3)
    throw new GanzooError(scope, `can draw samples of shape [h, w, 1 or 3] and [2], got ${showShape(shape)}. Leave the pictures out.`);
  return isPlane ? scatter(samples, extent === undefined ? {} : { extent }) : grid(samples);
}
