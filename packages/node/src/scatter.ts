import type { Tensor } from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectNumber, GanzooError, showShape } from '@ganzoo/core';
import type { Picture } from './pictures.ts';

const SCOPE = 'node/scatter';

/** How dark one dot is: where many lie on each other it is darker. */
const OPACITY = 0.6;

/** Options of {@link scatter}. */
export interface ScatterOptions {
  /** Width and height in pixels. 512 unless told. */
  readonly size?: number;
  /** The picture shows [-extent, extent] along both axes; what lies outside is left out. Everything is shown unless told. */
  readonly extent?: number;
}

/**
 * Draws points of the plane as dots on white, x to the right and y up.
 *
 * @param points `[n, 2]`, as a tensor (stays the caller's) or as x0, y0, x1, y1, ... Values that are not finite are left out.
 * @throws GanzooError on another shape
 */
export async function scatter(points: Float32Array | Tensor, options: ScatterOptions = {}): Promise<Picture> {
  expectKeys(SCOPE, options, ['size', 'extent']);
  const values = await coordinates(points);
  const { size = 512, extent = widest(values) * 1.05 || 1 } = options;
  expectInteger(SCOPE, 'size', size, 8);
  expectNumber(SCOPE, 'extent', extent, Number.MIN_VALUE);

  const paper = new Float32Array(size * size).fill(255);
  const radius = Math.max(1, size / 256);
  const pixel = (value: number): number => ((value / extent + 1) / 2) * size - 0.5;
  for (let i = 0; i < values.length; i += 2) dot(paper, size, pixel(values[i] as number), pixel(-(values[i + 1] as number)), radius);
  return { width: size, height: size, channels: 1, data: Uint8Array.from(paper, Math.round) };
}

async function coordinates(points: Float32Array | Tensor): Promise<Float32Array> {
  if (points instanceof Float32Array) {
    if (points.length % 2 !== 0) throw new GanzooError(SCOPE, `a scatter takes x0, y0, x1, y1, ...: an even number of values, got ${points.length}.`);
    return points;
  }
  if (points.rank !== 2 || points.shape[1] !== 2) throw new GanzooError(SCOPE, `a scatter takes points [n, 2], got ${showShape(points.shape)}.`);
  return Float32Array.from(await points.data());
}

function widest(values: Float32Array): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

/** A pixel is covered by as much of it as lies within the circle, about. */
function dot(paper: Float32Array, size: number, x: number, y: number, radius: number): void {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  const reach = radius + 0.5;
  for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(size - 1, Math.floor(y + reach)); row++) {
    for (let column = Math.max(0, Math.ceil(x - reach)); column <= Math.min(size - 1, Math.floor(x + reach)); column++) {
      const coverage = Math.min(1, Math.max(0, reach - Math.hypot(column - x, row - y)));
      paper[row * size + column] = (paper[row * size + column] as number) * (1 - OPACITY * coverage);
    }
  }
}
