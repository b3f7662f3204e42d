/**
 * What a plugin must do to work with all others, as checks that any test runner can run: one suite for each kind of plugin.
 *
 * A suite for another kind of plugin is made of the same parts: {@link onEachBackend} turns named functions into checks, which
 * throw a {@link failure} where something is not as expected, and {@link failuresOf} tells whether they do.
 *
 * @packageDocumentation
 */
export type { Check, Checks, SuiteOptions } from './testing/check.ts';
export { variantSuite, type AnyVariantOptions, type VariantSuiteOptions } from './testing/variant.ts';
export { lossSuite, type CriticOutput, type LossSuiteOptions } from './testing/loss.ts';
export { regularizerSuite, type RegularizerSuiteOptions } from './testing/regularizer.ts';
export { datasetSuite, type DatasetSuiteOptions } from './testing/dataset.ts';
export { failure, onEachBackend } from './testing/check.ts';
export { difference, expectForm, expectNoLeak, expectValues, valuesOf, type Form } from './testing/expect.ts';
export { failuresOf } from './testing/failures.ts';
