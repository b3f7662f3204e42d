/** Terms added to a player's objective, and constraints on its weights. */
export { gradientPenalty, type GradientPenaltyOptions } from './regularizers/gradient-penalty.ts';
export { dragan, type DraganOptions } from './regularizers/dragan.ts';
export { r1, r2, type ZeroCenteredOptions } from './regularizers/zero-centered.ts';
export { weightClipping, type WeightClippingOptions } from './regularizers/weight-clipping.ts';
