/** Networks to build variants from. Each returns a recipe: a function from a seeded stream to a `tf.LayersModel`. */
export { mlp, type MlpOptions } from './networks/mlp.ts';
export { convGenerator, type ConvGeneratorOptions, type UpSampling } from './networks/conv-generator.ts';
export { convDiscriminator, type ConvDiscriminatorOptions } from './networks/conv-discriminator.ts';
export { sampleKind } from './networks/pieces.ts';
export type { Activation, Initializer, Normalization, OutputActivation } from './networks/pieces.ts';
