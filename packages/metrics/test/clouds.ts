import type { FeatureStatistics } from '@ganzoo/metrics';
import { expect } from 'vitest';
import { numbers } from './draw.ts';

/** Features in double precision. */
export interface Flat {
  readonly values: Float64Array;
  readonly dimensions: number;
}

/** Features with correlations, scales that differ and a mean. */
export function cloud(count: number, dimensions: number, seed: number, { spread = 1, offset = 0 } = {}): Flat {
  const mixed = numbers(count * dimensions, seed);
  const values = Float64Array.from(mixed, (value, i) => offset + spread * (1 + (i % dimensions) / dimensions) * (value + 0.5 * (mixed[i - 1] ?? 0)));
  return { values, dimensions };
}

/** By how much of what is expected a value is off. */
export const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

/** Mean and covariance by their definition. */
export function moments({ values, dimensions: d }: Flat): { mean: number[]; covariance: number[] } {
  const n = values.length / d;
  const mean = Array.from({ length: d }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += values[k * d + i]! - values[i]!;
    return values[i]! + sum / n;
  });
  const covariance = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (values[k * d + i]! - mean[i]!) * (values[k * d + j]! - mean[j]!);
    return sum / (n - 1);
  });
  return { mean, covariance };
}

export function expectMoments(statistics: FeatureStatistics, { mean, covariance }: ReturnType<typeof moments>, tolerance = 1e-13): void {
  for (const [actual, expected] of [[statistics.mean(), mean] as const, [statistics.covariance(), covariance] as const]) {
    const scale = Math.max(...expected.map(Math.abs));
    expect(actual.length).toBe(expected.length);
    expect(Math.max(...[...actual].map((value, i) => Math.abs(value - expected[i]!))) / scale).toBeLessThan(tolerance);
  }
}
