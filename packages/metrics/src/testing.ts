/**
 * What an extractor or a metric must do to work with all others, as checks that any test runner can run.
 *
 * @packageDocumentation
 */
export { extractorSuite, type ExtractorSuiteOptions } from './testing/extractor.ts';
export { metricSuite, type MetricSuiteOptions } from './testing/metric.ts';
