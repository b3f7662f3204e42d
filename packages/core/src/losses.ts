/** The losses variants share, by idea. Each is a value: two pure functions of what both networks returned. */
export { minimax, nonSaturating, type CrossEntropyOptions } from './losses/cross-entropy.ts';
export { wasserstein } from './losses/wasserstein.ts';
export { leastSquares, type LeastSquaresOptions } from './losses/least-squares.ts';
export { hinge } from './losses/hinge.ts';
export { relativistic, type RelativisticOptions } from './losses/relativistic.ts';
export { featureMatching } from './losses/feature-matching.ts';
export { reconstruction, type ReconstructionOptions } from './losses/reconstruction.ts';
export { weighted } from './losses/weighted.ts';
export { combine, type CombinedLatents, type CombinedOutput } from './losses/combine.ts';
