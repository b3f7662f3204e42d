import { InvalidArgumentError } from 'commander';

/** Words of the command as whole numbers of at least `least`. */
export function integer(least: number): (word: string) => number {
  return (word) => {
    const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (!(value >= least)) throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}

/** One rate for both players, or the generator's and the discriminator's: `1e-3,4e-4`. */
export function rates(word: string): [number, number] {
  const [generator, discriminator = generator, ...more] = word.split(',').map(Number) as [number, number?];
  if (more.length > 0 || !(generator > 0) || !((discriminator as number) > 0))
    throw new InvalidArgumentError('It must be a positive number, or two: 1e-3,4e-4.');
  return [generator, discriminator as number];
}

/** `fid,kid`. */
export function list(word: string): string[] {
  return word
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** For options that may be given again and again. */
export function collect(word: string, before: string[] = []): string[] {
  return [...before, word];
}

/** A number as a person reads it. */
export function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
