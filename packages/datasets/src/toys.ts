import { arrayDataset, expectInteger, expectKeys, expectNumber, rng } from '@ganzoo/core';
import type { Dataset, Rng } from '@ganzoo/core';

const SCOPE = 'datasets/toys';

/** Options of every toy. */
export interface ToyOptions {
  /** Points drawn. 100,000 unless told. */
  readonly count?: number;
  /** The same seed and options give the same points. 0 unless told. */
  readonly seed?: number;
}

export interface RingOptions extends ToyOptions {
  /** Gaussians on the circle. 8 unless told. */
  readonly modes?: number;
  /** The circle's radius. 1 unless told. */
  readonly radius?: number;
  /** Standard deviation of each Gaussian along each axis. 0.01 unless told. */
  readonly sigma?: number;
}

export interface GridOptions extends ToyOptions {
  /** Gaussians along each axis: `side * side` in all. 5 unless told. */
  readonly side?: number;
  /** Distance of neighbouring centers. 2 unless told. */
  readonly spacing?: number;
  /** Standard deviation of each Gaussian along each axis. 0.05 unless told. */
  readonly sigma?: number;
}

export interface SwissRollOptions extends ToyOptions {
  /** Standard deviation of the noise along each axis, before scaling. 0.25 unless told. */
  readonly noise?: number;
  /** What the points are multiplied by. 1 / 7.5 unless told, which puts them within about 2 of the origin. */
  readonly scale?: number;
}

/** Points whose distribution is known, so that the modes a GAN found can be counted. */
export type GaussianMixture = Dataset & {
  /** One `[x, y]` a mode; labels index them. */
  readonly centers: number[][];
  /** Standard deviation of each mode along each axis. */
  readonly sigma: number;
};

/**
 * Equally likely Gaussians on a circle, as in the PacGAN paper: points `[2]`, labels 0 to `modes - 1` counted
 * counter-clockwise from the x axis.
 *
 * @throws GanzooError on an unknown option or a value out of range
 */
export function ringOfGaussians(options: RingOptions = {}): GaussianMixture {
  expectKeys(SCOPE, options, ['modes', 'radius', 'sigma', 'count', 'seed']);
  const { modes = 8, radius = 1, sigma = 0.01 } = options;
  expectInteger(SCOPE, 'modes', modes, 1);
  expectNumber(SCOPE, 'radius', radius, 0);
  const centers = Array.from({ length: modes }, (_, mode) => {
    const angle = (2 * Math.PI * mode) / modes;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return mixture('ringOfGaussians', centers, sigma, options);
}

/**
 * Equally likely Gaussians on a square grid around the origin, as in the PacGAN paper: points `[2]`, labels 0 to
 * `side * side - 1`, x running slowest. Five a side lie at -4, -2, 0, 2 and 4.
 *
 * @throws GanzooError on an unknown option or a value out of range
 */
export function gridOfGaussians(options: GridOptions = {}): GaussianMixture {
  expectKeys(SCOPE, options, ['side', 'spacing', 'sigma', 'count', 'seed']);
  const { side = 5, spacing = 2, sigma = 0.05 } = options;
  expectInteger(SCOPE, 'side', side, 1);
  expectNumber(SCOPE, 'spacing', spacing, 0);
  const at = (index: number): number => (index - (side - 1) / 2) * spacing;
  const centers = Array.from({ length: side * side }, (_, mode) => [at(Math.floor(mode / side)), at(mode % side)]);
  return mixture('gridOfGaussians', centers, sigma, options);
}

/**
 * A noisy spiral of one and a half turns, as in the WGAN-GP paper's toy: `t (cos t, sin t)` with t uniform in
 * [1.5 pi, 4.5 pi], plus noise, scaled. Points `[2]`, no labels.
 *
 * @throws GanzooError on an unknown option or a value out of range
 */
export function swissRoll(options: SwissRollOptions = {}): Dataset {
  expectKeys(SCOPE, options, ['noise', 'scale', 'count', 'seed']);
  const { noise = 0.25, scale = 1 / 7.5 } = options;
  expectNumber(SCOPE, 'noise', noise, 0);
  expectNumber(SCOPE, 'scale', scale, 0);
  const values = points('swissRoll', options, (stream) => {
    const t = 1.5 * Math.PI * (1 + 2 * unit(stream));
    const [dx, dy] = gaussianPoint(stream);
    return [scale * (t * Math.cos(t) + noise * dx), scale * (t * Math.sin(t) + noise * dy)];
  });
  return arrayDataset({ name: 'swissRoll', values, sampleShape: [2] });
}

function mixture(name: string, centers: number[][], sigma: number, options: ToyOptions): GaussianMixture {
  expectNumber(SCOPE, 'sigma', sigma, 0);
  const labels: number[] = [];
  const values = points(name, options, (stream) => {
    const mode = Math.floor(unit(stream) * centers.length);
    labels.push(mode);
    const [x, y] = centers[mode] as [number, number];
    const [dx, dy] = gaussianPoint(stream);
    return [x + sigma * dx, y + sigma * dy];
  });
  return { ...arrayDataset({ name, values, sampleShape: [2], labels }), centers, sigma };
}

function points(name: string, { count = 100_000, seed = 0 }: ToyOptions, draw: (stream: Rng) => readonly [number, number]): Float32Array {
  expectInteger(SCOPE, 'count', count, 1);
  expectInteger(SCOPE, 'seed', seed, 0);
  const stream = rng(seed).fork(name);
  const values = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) values.set(draw(stream), 2 * i);
  return values;
}

/** Uniform in [0, 1). */
function unit(stream: Rng): number {
  return stream.integer() / 2 ** 32;
}

/** A point of the plane's standard normal distribution: its angle is uniform, half its squared radius exponential. */
function gaussianPoint(stream: Rng): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - unit(stream)));
  const angle = 2 * Math.PI * unit(stream);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
