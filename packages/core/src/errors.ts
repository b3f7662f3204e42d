/** An error that says where it arose, what was expected, what came and what to do. */
export class GanzooError extends Error {
  /** Always `'GanzooError'`. */
  override readonly name = 'GanzooError';
  /** Package and topic, such as `core/trainer`. */
  readonly scope: string;

  constructor(scope: string, message: string, options?: ErrorOptions) {
    super(`[ganzoo/${scope}] ${message}`, options);
    this.scope = scope;
  }
}

/** Throws unless `value` is an integer of at least `least`. */
export function expectInteger(scope: string, name: string, value: unknown, least: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < least) {
    throw new GanzooError(scope, `${name} must be an integer of at least ${least}, got ${show(value)}.`);
  }
}

/** Throws unless `value` is a finite number in [least, most]. */
export function expectNumber(scope: string, name: string, value: unknown, least = -Infinity, most = Infinity): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least || value > most) {
    const bounds = most === Infinity ? (least === -Infinity ? '' : ` of at least ${least}`) : ` in [${least}, ${most}]`;
    throw new GanzooError(scope, `${name} must be a finite number${bounds}, got ${show(value)}.`);
  }
}

/** Throws when `options` has a key that is not in `valid`: a misspelt option must not be silently ignored. */
export function expectKeys(scope: string, options: object, valid: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !valid.includes(key));
  if (unknown.length > 0) {
    const names = unknown.map((key) => `'${key}'`).join(', ');
    throw new GanzooError(scope, `unknown option ${names}. Valid options: ${[...valid].sort().join(', ')}.`);
  }
}

/** Throws unless `value` is one of `valid`. */
export function expectOneOf<T extends string>(scope: string, name: string, value: unknown, valid: readonly T[]): asserts value is T {
  if (!valid.includes(value as T)) {
    throw new GanzooError(scope, `${name} must be one of ${valid.map((v) => `'${v}'`).join(', ')}, got ${show(value)}.`);
  }
}

/** Throws unless `options` is an object without any key but `valid`. */
export function expectOptions(scope: string, name: string, options: unknown, valid: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new GanzooError(scope, `${name} takes an object with options, got ${show(options)}. Valid options: ${[...valid].sort().join(', ')}.`);
  }
  expectKeys(scope, options, valid);
}

/** Throws unless `value` is a number in [0, 1). */
export function expectFraction(scope: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) throw new GanzooError(scope, `${name} must be a number in [0, 1), got ${show(value)}.`);
}

/** What `plug` is and which of the methods it lacks, as in `function without a function 'build'`; undefined where it has them all. */
export function lacking(plug: unknown, methods: readonly string[]): string | undefined {
  const missing = methods.find((method) => typeof (plug as Record<string, unknown> | undefined | null)?.[method] !== 'function');
  return missing && `${plug === undefined || plug === null ? String(plug) : typeof plug} without a function '${missing}'`;
}

/** A shape as errors show it: `[batch, 28, 28, 1]`, where `null` is the batch. */
export function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'batch').join(', ')}]`;
}

/** A value as an error names it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
