import * as tf from '@tensorflow/tfjs';
import { assertTwiceDifferentiable } from './check-gradients.ts';
import { expectInteger, expectNumber, expectOneOf, GanzooError, lacking, showShape } from './errors.ts';
import type { GanSpec } from './gan.ts';
import { allLayers } from './layers.ts';
import { rng } from './random.ts';
import type { Gan } from './game-types.ts';
import type { AnyLive, Discriminator, Regularizer } from './types.ts';

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
  if ('secondOrder' in regularizer && regularizer.secondOrder && regularizer.player !== 'discriminator') {
    throw new GanzooError(SCOPE, `${what} differentiates the discriminator by its input, so its player must be 'discriminator', got '${regularizer.player}'.`);
  }
  if ('interval' in regularizer || penalizes) expectInteger(SCOPE, `the interval of ${what}`, (regularizer as { interval?: unknown }).interval, 1);
}

function expectMethods(what: string, plug: unknown, methods: readonly string[], example: string): void {
  const got = lacking(plug, methods);
  if (got) throw new GanzooError(SCOPE, `${what} must be ${example}; got ${got}.`);
}

/** Both networks must agree on what a sample is. Answers what the data must look like. */
export function checkFit<O, L>(
  live: Readonly<Record<string, AnyLive>>,
  { discriminator, sampleShape, sampleRange, regularizers = [] }: Pick<GanSpec<O, L>, 'discriminator' | 'sampleShape' | 'sampleRange' | 'regularizers'>,
): Gan['expects'] {
  const made = live['generator']?.model?.outputs[0]?.shape.slice(1);
  const taken = live['discriminator']?.model?.inputs[0]?.shape.slice(1);
  const expected = sampleShape ?? (discriminator.prepare ? made : taken);
  if (made && expected && !sameShape(made, expected)) {
    throw new GanzooError(
      SCOPE,
      `the generator makes samples of shape ${showShape(made)}, but ${sampleShape ? 'sampleShape is' : 'the discriminator takes'} ${showShape(expected)}. Change the generator's last layer or ${sampleShape ? 'sampleShape' : "the discriminator's input"}.`,
    );
  }
  const shown = expected && shownShape(discriminator, expected);
  if (taken && shown && !sameShape(taken, shown)) {
    const given = discriminator.prepare ? `samples of shape ${showShape(expected)} reach it as ${showShape(shown)}` : `sampleShape is ${showShape(expected)}`;
    throw new GanzooError(
      SCOPE,
      `the discriminator takes samples of shape ${showShape(taken)}, but ${given}. Change the discriminator's inputShape${discriminator.prepare ? '' : ' or sampleShape'}.`,
    );
  }
  for (const regularizer of regularizers) expectNoBatchNorm(live['discriminator']?.model, regularizer);
  if (live['discriminator'] && regularizers.some((regularizer) => 'secondOrder' in regularizer && regularizer.secondOrder)) {
    assertTwiceDifferentiable(live['discriminator'], SCOPE);
  }
  if (!expected?.every((size) => size !== null)) return undefined;
  const range = sampleRange ?? (expected.length === 3 ? ([-1, 1] as const) : undefined);
  return { sampleShape: expected as number[], ...(range && { range }) };
}

/** Through batch normalization a sample's score depends on the others of its batch. */
function expectNoBatchNorm<O>(model: tf.LayersModel | undefined, regularizer: Regularizer<O>): void {
  if (!model || !('sampleBySample' in regularizer) || !regularizer.sampleBySample) return;
  const found = allLayers(model).find((layer) => layer.getClassName() === 'BatchNormalization');
  if (!found) return;
  throw new GanzooError(
    SCOPE,
    `the regularizer '${regularizer.name}' takes each sample's gradient to be its own, but layer '${found.name}' of the discriminator normalizes over the batch. Use layer normalization or none (norm: 'layer' or 'none'), or say ${regularizer.name}({ allowBatchNorm: true }).`,
  );
}

/** The shape of what the discriminator sees of samples of a shape, once they are prepared and packed. */
function shownShape<O>({ prepare, packing = 1 }: Discriminator<O>, shape: readonly (number | null)[]): readonly (number | null)[] | undefined {
  if (!prepare) return shape;
  if (!shape.every((size) => size !== null)) return undefined;
  return tf.tidy(() => {
    const batch = { samples: tf.zeros([packing, ...(shape as number[])]), labels: tf.zeros([packing], 'int32') };
    return prepare(batch, rng(0), 0).samples.shape.slice(1);
  });
}

function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === null || b[axis] === null || size === b[axis]);
}
