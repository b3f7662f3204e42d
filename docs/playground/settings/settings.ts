import type { ChoiceKey, Choices, Regularizer, Variant } from './choices.ts';
import type { Point } from './drawing.ts';

/** All that makes a run what it is: the same settings train the same GAN. */
export type Settings = { readonly [K in ChoiceKey]: Choices[K][number] } & {
  readonly seed: number;
  /** Points of the visitor's own, used where `data` is `drawn`. */
  readonly drawing: readonly Point[];
};

/** What the visitor may change while a run goes on. All else starts a new one. */
const tunable = ['generatorRate', 'discriminatorRate', 'criticSteps'] as const satisfies readonly ChoiceKey[];

/** What a variant is known for, at rates that show something within a minute. */
export const presets: Readonly<Record<Variant, Partial<Settings>>> = {
  vanillaGan: { loss: 'nonSaturating', regularizer: 'none', generatorRate: 1e-3, discriminatorRate: 1e-3, criticSteps: 1 },
  lsgan: { loss: 'leastSquares', regularizer: 'none', generatorRate: 1e-3, discriminatorRate: 1e-3, criticSteps: 1 },
  wganGp: { loss: 'wasserstein', regularizer: 'gradientPenalty', weight: 0.1, generatorRate: 2e-3, discriminatorRate: 2e-3, criticSteps: 1 },
  wgan: { loss: 'wasserstein', regularizer: 'weightClipping', weight: 0.1, generatorRate: 5e-4, discriminatorRate: 5e-4, criticSteps: 1 },
};

/** The weight each regularizer starts at, and for clipping the limit: those that suit points within two units of the origin. */
export const usualWeight: Readonly<Record<Regularizer, Settings['weight']>> = {
  none: 0.1,
  gradientPenalty: 0.1,
  r1: 0.1,
  r2: 0.1,
  r1r2: 0.1,
  dragan: 0.1,
  weightClipping: 0.1,
};

export const initial: Settings = {
  variant: 'wganGp',
  loss: 'wasserstein',
  regularizer: 'gradientPenalty',
  weight: 0.1,
  data: 'ring',
  drawing: [],
  layers: 2,
  width: 128,
  latentDim: 2,
  batchSize: 256,
  average: 'off',
  generatorRate: 2e-3,
  discriminatorRate: 2e-3,
  criticSteps: 1,
  seed: 1,
};

/** The settings with one changed, and what follows from it: a variant brings its preset, a regularizer its usual weight. */
export function changed(settings: Settings, patch: Partial<Settings>): Settings {
  const follows = {
    ...(patch.variant && presets[patch.variant]),
    ...(patch.regularizer && { weight: usualWeight[patch.regularizer] }),
  };
  return { ...settings, ...follows, ...patch };
}

/** Whether a run with the first settings can go on with the second. */
export function canGoOn(from: Settings, to: Settings): boolean {
  const keys = Object.keys(from) as (keyof Settings)[];
  return keys.every((key) => (tunable as readonly string[]).includes(key) || from[key] === to[key]);
}
