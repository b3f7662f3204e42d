/** What is said of each choice: its formula, and one sentence that holds. `D` gives scores without a sigmoid, `σ` is one. */
import type { Loss, Regularizer } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';

export interface LossCaption {
  readonly title: string;
  readonly discriminator: string;
  readonly generator: string;
  readonly note: string;
  /** The discriminator's loss where samples and data are one distribution and it does its best. */
  readonly atOptimum: { readonly value: number; readonly text: string };
  /** The score between real and fake; without one only differences of scores mean anything. */
  readonly boundary?: number;
}

export const lossCaptions: Readonly<Record<Loss, LossCaption>> = {
  minimax: {
    title: 'Minimax',
    discriminator: '−E log σ(D(x)) − E log(1 − σ(D(g)))',
    generator: 'E log(1 − σ(D(g)))',
    note: 'At the optimum the discriminator says ½ everywhere: the value of the game is −log 4, so the discriminator’s loss is log 4. While it is sure of a fake, that fake’s gradient is close to zero: the arrows fade where they are needed most.',
    atOptimum: { value: Math.log(4), text: 'log 4 ≈ 1.386' },
    boundary: 0,
  },
  nonSaturating: {
    title: 'Non-saturating',
    discriminator: '−E log σ(D(x)) − E log(1 − σ(D(g)))',
    generator: '−E log σ(D(g))',
    note: 'The discriminator plays minimax and has the same optimum, a loss of log 4. The generator has another loss, of log 2 there, whose gradient is largest at the fakes the discriminator is surest of.',
    atOptimum: { value: Math.log(4), text: 'log 4 ≈ 1.386' },
    boundary: 0,
  },
  leastSquares: {
    title: 'Least squares',
    discriminator: '½ E (D(x) − 1)² + ½ E D(g)²',
    generator: '½ E (D(g) − 1)²',
    note: 'Scores are fitted to 1 and 0 and have no sigmoid: a sample far on the right side is pulled back too. At the optimum every score is ½ and the discriminator’s loss is ¼.',
    atOptimum: { value: 0.25, text: '¼' },
    boundary: 0.5,
  },
  wasserstein: {
    title: 'Wasserstein',
    discriminator: 'E D(g) − E D(x)',
    generator: '−E D(g)',
    note: 'A critic has no sigmoid and draws no line between real and fake: only differences of its scores mean anything. Minus its loss estimates a distance of samples and data, as far as something keeps the critic Lipschitz.',
    atOptimum: { value: 0, text: '0' },
  },
  hinge: {
    title: 'Hinge',
    discriminator: 'E max(0, 1 − D(x)) + E max(0, 1 + D(g))',
    generator: '−E D(g)',
    note: 'Samples past the margin of 1 teach the discriminator nothing more, but the generator is still pulled up its slope. At the optimum the discriminator’s loss is 2.',
    atOptimum: { value: 2, text: '2' },
    boundary: 0,
  },
  relativistic: {
    title: 'Relativistic pairs',
    discriminator: '−E log σ(D(x) − D(g))',
    generator: '−E log σ(D(g) − D(x))',
    note: 'Asks how much more real a real sample looks than a fake, not how real: scores may all shift without any change. At the optimum both losses are log 2. With R1 and R2 it is the loss of R3GAN.',
    atOptimum: { value: Math.log(2), text: 'log 2 ≈ 0.693' },
  },
};

export const regularizerCaptions: Readonly<Record<Regularizer, { readonly title: string; readonly formula: string; readonly note: string }>> = {
  none: { title: 'None', formula: '', note: 'Nothing holds the discriminator’s slope back.' },
  gradientPenalty: {
    title: 'Gradient penalty',
    formula: 'λ E (‖∇D(u)‖ − 1)², u between x and g',
    note: 'Draws the slope to 1 on the way from fakes to real samples.',
  },
  r1: { title: 'R1', formula: '½ λ E ‖∇D(x)‖²', note: 'Flattens the landscape at the real samples.' },
  r2: { title: 'R2', formula: '½ λ E ‖∇D(g)‖²', note: 'Flattens the landscape at the generated samples.' },
  r1r2: { title: 'R1 and R2', formula: '½ λ (E ‖∇D(x)‖² + E ‖∇D(g)‖²)', note: 'Flattens the landscape at both.' },
  dragan: { title: 'DRAGAN', formula: 'λ E (‖∇D(x + δ)‖ − 1)²', note: 'Draws the slope to 1 around the real samples.' },
  weightClipping: {
    title: 'Weight clipping',
    formula: '|w| ≤ limit, after each update',
    note: 'Bounds every weight, and so the slope, in a crude way: the critic tends to simple shapes.',
  },
};

/** What the visitor should know of a combination before wondering. */
export function caution({ loss, regularizer, variant, latentDim }: Settings): string | undefined {
  if (loss === 'wasserstein' && regularizer === 'none')
    return 'Nothing keeps this critic Lipschitz: its scores can grow without bound, and its loss is then no distance.';
  if (loss === 'wasserstein' && (regularizer === 'r1' || regularizer === 'r2' || regularizer === 'r1r2'))
    return 'R1 and R2 flatten this critic at the samples and bound its slope nowhere else: its loss is no Wasserstein distance.';
  if (loss !== 'wasserstein' && variant.startsWith('wgan'))
    return `With this loss, ${variant} keeps its optimizer and networks, but is no longer a Wasserstein GAN.`;
  if (latentDim === 1) return 'One latent number makes a curve of samples: it can pass through the data, but not fill it.';
  return undefined;
}
