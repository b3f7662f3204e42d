import { assertTwiceDifferentiable } from './check-gradients.ts';
import { expectInteger, expectNumber, expectOneOf, GanzooError, showShape } from './errors.ts';
import type { GanSpec } from './gan.ts';
import type { AnyLive, Gan, Regularizer } from './types.ts';

const SCOPE = 'core/gan';

/** Throws when a plug is not what its place takes: what types catch, for those who write JavaScript. */
export function expectPlugs<O, L>({ generator, discriminator, loss, regularizers = [], optimizers = {}, ema = {}, sampleRange }: GanSpec<O, L>): void {
  expectMethods('generator', generator, ['build', 'drawLatents'], 'generator({ network, latentDim })');
  expectMethods('discriminator', discriminator, ['build'], 'discriminator({ network })');
  expectMethods('loss', loss, ['discriminator', 'generator'], 'nonSaturating() or another loss, called');
  for (const [role, optimizer] of Object.entries(optimizers)) {
    if (optimizer !== undefined) expectMethods(`optimizers.${role}`, optimizer, ['build'], 'adam() or another optimizer of @ganzoo/core');
  }
  if (!Array.isArray(regularizers)) throw new GanzooError(SCOPE, 'regularizers must be an array. Write [gradientPenalty()].');
  for (const regularizer of regularizers as readonly Regularizer<O>[]) expectRegularizer(regularizer);
  if (ema !== false && (typeof ema !== 'object' || ema === null)) {
    throw new GanzooError(SCOPE, `ema must be false or { halfLifeImages, rampUp }, got ${String(ema)}.`);
  }
  if (sampleRange !== undefined) {
    if (!Array.isArray(sampleRange) || sampleRange.length !== 2) throw new GanzooError(SCOPE, 'sampleRange must be [least, greatest], such as [-1, 1].');
    const [least, greatest] = sampleRange as readonly [number, number];
    expectNumber(SCOPE, 'sampleRange[0]', least);
    expectNumber(SCOPE, 'sampleRange[1]', greatest, least);
  }
}

function expectRegularizer<O>(regularizer: Regularizer<O>): void {
  const what = `the regularizer '${regularizer?.name}'`;
  const [penalizes, constrains] = ['penalty', 'constrain'].map((method) => typeof (regularizer as unknown as Record<string, unknown>)?.[method] === 'function');
  if (penalizes === constrains) throw new GanzooError(SCOPE, `${what} must have either a function penalty or a function constrain.`);
  expectOneOf(SCOPE, `the player of ${what}`, regularizer.player, ['generator', 'discriminator']);
  if ('interval' in regularizer || penalizes) expectInteger(SCOPE, `the interval of ${what}`, (regularizer as { interval?: unknown }).interval, 1);
}

function expectMethods(what: string, plug: unknown, methods: readonly string[], example: string): void {
  const missing = methods.find((method) => typeof (plug as Record<string, unknown> | undefined)?.[method] !== 'function');
  if (missing)
    throw new GanzooError(
      SCOPE,
      `${what} must be ${example}; got ${plug === undefined || plug === null ? String(plug) : typeof plug} without a function '${missing}'.`,
    );
}

/** Both networks must agree on what a sample is. Answers what the data must look like. */
export function checkFit<O, L>(
  live: Readonly<Record<string, AnyLive>>,
  { discriminator, sampleShape, sampleRange, regularizers = [] }: Pick<GanSpec<O, L>, 'discriminator' | 'sampleShape' | 'sampleRange' | 'regularizers'>,
): Gan['expects'] {
  const made = live['generator']?.model?.outputs[0]?.shape.slice(1);
  // What is prepared may have another shape than a sample.
  const seen = discriminator.prepare ? undefined : live['discriminator']?.model?.inputs[0]?.shape.slice(1);
  const expected = sampleShape ?? seen;
  if (made && expected && !sameShape(made, expected)) {
    throw new GanzooError(
      SCOPE,
      `the generator makes samples of shape ${showShape(made)}, but ${sampleShape ? 'sampleShape is' : 'the discriminator takes'} ${showShape(expected)}. Change the generator's last layer or ${sampleShape ? 'sampleShape' : "the discriminator's input"}.`,
    );
  }
  if (seen && expected && !sameShape(seen, expected)) {
    throw new GanzooError(
      SCOPE,
      `the discriminator takes samples of shape ${showShape(seen)}, but sampleShape is ${showShape(expected)}. Change the discriminator's inputShape or sampleShape.`,
    );
  }
  if (live['discriminator'] && regularizers.some((regularizer) => 'secondOrder' in regularizer && regularizer.secondOrder)) {
    assertTwiceDifferentiable(live['discriminator'], SCOPE);
  }
  if (!expected?.every((size) => size !== null)) return undefined;
  const range = sampleRange ?? (expected.length === 3 ? ([-1, 1] as const) : undefined);
  return { sampleShape: expected as number[], ...(range && { range }) };
}

function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === null || b[axis] === null || size === b[axis]);
}
