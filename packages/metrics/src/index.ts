export type { FlatPoints, Points } from './points.ts';
export { modeCoverage } from './mode-coverage.ts';
export type { Mixture, ModeCoverage, ModeCoverageOptions } from './mode-coverage.ts';
export { slicedWasserstein } from './sliced-wasserstein.ts';
export type { SlicedWassersteinOptions } from './sliced-wasserstein.ts';
