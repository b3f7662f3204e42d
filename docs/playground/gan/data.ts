import { arrayDataset, type Dataset } from '@ganzoo/core';
import { gridOfGaussians, ringOfGaussians, swissRoll, type GaussianMixture } from '@ganzoo/datasets';
import type { Settings } from '../settings/settings.ts';

/** The options that bring each toy into the plane shown, its modes wide enough to see. */
export const toyOptions = {
  ring: { sigma: 0.05 },
  grid: { spacing: 0.7, sigma: 0.05 },
  swissRoll: { scale: 0.1 },
} as const;

/** The points to learn. */
export function dataOf({ data, drawing }: Settings): Dataset | GaussianMixture {
  switch (data) {
    case 'ring':
      return ringOfGaussians(toyOptions.ring);
    case 'grid':
      return gridOfGaussians(toyOptions.grid);
    case 'swissRoll':
      return swissRoll(toyOptions.swissRoll);
    case 'drawn':
      return arrayDataset({ name: 'drawn', values: Float32Array.from(drawing.flat()), sampleShape: [2] });
  }
}
