import * as tf from '@tensorflow/tfjs';

/** The derivatives of one layer or op against central differences. */
export interface GradientRow {
  /** The layer's name, or what was tried. */
  readonly name: string;
  /** The layer's class, or `op` or `layer` for what was made to be tried. */
  readonly kind: string;
  /** Relative to the size of the derivative; NaN where there is none. float32 leaves about 1e-3 at most. */
  readonly firstOrderError: number;
  /** The same of the second derivative. */
  readonly secondOrderError: number;
  /** Whether both errors are below the tolerance. */
  readonly ok: boolean;
  /** What is wrong, where something is. */
  readonly reason?: string;
}

/** What `checkGradients` has measured. */
export interface GradientReport {
  /** The backend it was measured on. */
  readonly backend: string;
  /** Whether all rows are. */
  readonly ok: boolean;
  /** One for each layer or op. */
  readonly rows: readonly GradientRow[];
  /** A table of the rows. */
  readonly toString: () => string;
}

/** What was read of slopes: three values a direction; or what was thrown; or nothing, where the backend could not be read. */
export type Values = ArrayLike<number> | Error | undefined;

/** Wrong gradients are off by a percent and more, float32 by less than a thousandth. */
const tolerance = 5e-3;

/** What was read of one subject. */
export interface Reading {
  readonly first: Values;
  readonly second: Values;
}

/** The row of a layer or op that was looked at in one or more parts. */
export function judge(name: string, kind: string, readings: readonly Reading[]): GradientRow {
  const firstOrderError = worst(readings.map(({ first }) => errorOf(first)));
  const secondOrderError = worst(readings.map(({ second }) => errorOf(second)));
  const problems = readings.flatMap(({ first, second }) => problemWith('first', first) ?? problemWith('second', second) ?? []);
  const row = { name, kind, firstOrderError, secondOrderError, ok: problems.length === 0 };
  return problems[0] === undefined ? row : { ...row, reason: problems[0] };
}

function worst(errors: readonly number[]): number {
  return errors.some(Number.isNaN) ? NaN : Math.max(...errors);
}

/** The largest error of all directions, relative to how large slopes are here. */
function errorOf(values: Values): number {
  if (values === undefined) return 0;
  if (values instanceof Error) return NaN;
  const errors = Array.from({ length: values.length / 3 }, (_, row) => {
    const [difference, gradient, scale] = [0, 1, 2].map((column) => values[3 * row + column] as number) as [number, number, number];
    return Math.abs(difference - gradient) / Math.max(scale, Math.abs(difference));
  });
  return worst(errors);
}

function problemWith(order: string, values: Values): string | undefined {
  const error = errorOf(values);
  if (values instanceof Error) return `no ${order} derivative: ${values.message.replace(/\.$/, '')}`;
  if (Number.isNaN(error)) return `the ${order} derivative is not a number`;
  return error < tolerance ? undefined : `the ${order} derivative is off by ${percent(error)}`;
}

function percent(error: number): string {
  return error < 10 ? `${Number((100 * error).toPrecision(2))}%` : 'more than 1000%';
}

export function report(rows: readonly GradientRow[]): GradientReport {
  const backend = tf.getBackend();
  const wrong = rows.filter((row) => !row.ok).length;
  const width = Math.max(0, ...rows.map(({ name, kind }) => name.length + kind.length + 3));
  const number = (value: number): string => (Number.isNaN(value) ? '-' : value.toExponential(0)).padStart(8);
  const lines = rows.map(
    ({ name, kind, firstOrderError, secondOrderError, reason }) =>
      `${`${name} (${kind})`.padEnd(width)}${number(firstOrderError)}${number(secondOrderError)}  ${reason ?? 'ok'}`,
  );
  const heading = `gradients on ${backend}: ${wrong === 0 ? 'all right' : `${wrong} of ${rows.length} wrong`}`;
  return { backend, ok: wrong === 0, rows, toString: () => [heading, `${''.padEnd(width)}   first  second`, ...lines].join('\n') };
}
