/**
 * What a plugin must do to work with all others, as checks that any test runner can run: one suite for each kind of plugin.
 *
 * @packageDocumentation
 */
export type { Check, SuiteOptions } from './testing/check.ts';
export { variantSuite, type AnyVariantOptions, type VariantSuiteOptions } from './testing/variant.ts';
export { lossSuite, type CriticOutput, type LossSuiteOptions } from './testing/loss.ts';
export { regularizerSuite, type RegularizerSuiteOptions } from './testing/regularizer.ts';
export { datasetSuite, type DatasetSuiteOptions } from './testing/dataset.ts';
