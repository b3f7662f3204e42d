/** What a table says of several seeds. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

/** Of a sample: divisor n - 1. */
export function deviation(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return Math.sqrt(numbers.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, numbers.length - 1));
}

/** Mean and standard deviation; of one number, itself. */
export function spread(numbers: readonly number[], digits: number): string {
  const middle = mean(numbers).toFixed(digits);
  return numbers.length === 1 ? middle : `${middle} ± ${deviation(numbers).toFixed(digits)}`;
}
