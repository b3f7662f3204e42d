/**
 * The contracts a GAN is made of, the losses, optimizers and schedules variants share, and the trainer that knows none of
 * them in particular.
 *
 * @packageDocumentation
 */
export type { Ema, Gan, LiveNetworks, Networks, Objective, Player, Sampler, Turn } from './game-types.ts';
export type {
  Batch,
  BothSides,
  Described,
  Discriminator,
  FakeSide,
  Features,
  GameState,
  Generator,
  Hyper,
  Json,
  Latents,
  Live,
  Logits,
  Loss,
  Network,
  Optimizer,
  OptimizerRecipe,
  Parts,
  Pass,
  PenaltyContext,
  Prepare,
  Regularizer,
  Rng,
  Schedule,
  Shape,
  Side,
} from './types.ts';
export type { BatchRequest, Callback, Dataset, Drawn, Run, SampleOptions, Store } from './run-types.ts';
export { expectInteger, expectKeys, expectNumber, expectOneOf, GanzooError, showShape } from './errors.ts';
export { rng } from './random.ts';
export { arrayDataset, toDataset, type ArrayData, type DataSource } from './data.ts';
export { constant, cosine, linearDecay, valueAt, warmup, type DecayOptions } from './schedules.ts';
export { adam, rmsProp, sgd, type AdamOptions, type OptimizerOptions, type RmsPropOptions, type SgdOptions } from './optimizers.ts';
export {
  combine,
  featureMatching,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  reconstruction,
  relativistic,
  wasserstein,
  weighted,
  type CombinedLatents,
  type CombinedOutput,
  type CrossEntropyOptions,
  type LeastSquaresOptions,
  type ReconstructionOptions,
  type RelativisticOptions,
} from './losses.ts';
export {
  dragan,
  gradientPenalty,
  r1,
  r2,
  weightClipping,
  type DraganOptions,
  type GradientPenaltyOptions,
  type WeightClippingOptions,
  type ZeroCenteredOptions,
} from './regularizers.ts';
export { discriminator, generator, type DiscriminatorOptions, type GeneratorOptions } from './roles.ts';
export { liveModel, modelRecipe, type ModelRecipe } from './live.ts';
export { defineGame, defineGan, type EmaOptions, type GanSpec } from './gan.ts';
export { defineVariant, type Variant, type VariantDefinition, type VariantOptions, type VariantSettings } from './variant.ts';
export { enableHigherOrderGradients } from './gradients.ts';
export { assertTwiceDifferentiable, checkGradients } from './check-gradients.ts';
export type { GradientReport, GradientRow } from './gradients/report.ts';
export { Trainer } from './trainer.ts';
export { differences } from './checkpoint.ts';
export { DamagedCheckpointError } from './safetensors.ts';
export type { FitOptions, FitResult } from './loop.ts';
export { BackendError } from './backend-error.ts';
export { NonFiniteLossError } from './readings.ts';
export { checkpoints, earlyStopping, every, history, type EarlyStoppingOptions, type HistoryRow } from './callbacks.ts';
export { evaluateEvery, type Best, type EvaluateEvery, type EvaluateEveryOptions, type Evaluation, type Metric } from './evaluate-every.ts';
export { health, type Ailment, type HealthNotice, type HealthOptions } from './health.ts';
export { indexedDb, memory } from './stores.ts';
export { savedGenerator, type SavedGenerator, type SavedSampleOptions } from './saved-generator.ts';
export { summary, type GanSummary, type LayerSummary, type NetworkSummary } from './summary.ts';
