import { cards } from '@ganzoo/pretrained';

/** A place in the latent space. */
export interface Spot {
  /** Of the latent that it is near. */
  readonly seed: number;
  /** Of the latent that a walk goes to next. */
  readonly toward: number;
  /** The share of the way there, in [0, 1). */
  readonly at: number;
  /** Largest size of a latent's values; null for any. */
  readonly truncation: number | null;
  /** How far it is moved along each direction, in standard deviations. */
  readonly shifts: readonly number[];
}

/** What the page shows. */
export interface Sample extends Spot {
  /** The name of a pretrained generator. */
  readonly generator: string;
}

export const generators: readonly string[] = cards.map(({ name }) => name);
export const directionCount = 8;
export const greatestShift = 3;
export const greatestSeed = 999_999;
/** From few to all digits. */
export const truncations: readonly (number | null)[] = [...Array.from({ length: 15 }, (_, i) => (i + 1) / 5), null];

export const still: readonly number[] = Array.from({ length: directionCount }, () => 0);
export const initial: Sample = {
  generator: generators.find((name) => name === 'mnist-dcgan') ?? generators[0] ?? '',
  seed: 3,
  toward: 3,
  at: 0,
  truncation: null,
  shifts: still,
};

export const randomSeed = (): number => Math.floor(Math.random() * (greatestSeed + 1));

/** The same digit with one direction at each whole number of standard deviations, from the least. */
export function alongDirection(spot: Spot, direction: number): Spot[] {
  const values = Array.from({ length: 2 * greatestShift + 1 }, (_, i) => i - greatestShift);
  return values.map((value) => Object.assign({}, spot, { shifts: spot.shifts.with(direction, value) }));
}
