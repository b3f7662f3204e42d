export { parseIdx } from './idx.ts';
export type { Idx } from './idx.ts';
export { idxDataset } from './idx-dataset.ts';
export type { IdxDatasetOptions, IdxFile } from './idx-dataset.ts';
export { gridOfGaussians, ringOfGaussians, swissRoll } from './toys.ts';
export type { GaussianMixture, GridOptions, RingOptions, SwissRollOptions, ToyOptions } from './toys.ts';
export { stackedMnist } from './stacked-mnist.ts';
export type { StackedMnistOptions } from './stacked-mnist.ts';
