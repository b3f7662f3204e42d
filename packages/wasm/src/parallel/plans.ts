import type { ConvolutionAxis as Axis } from '../conv2d-geometry.ts';
import type { GatherPlan, OuterPlan } from './products.ts';
import { tileRows } from './products.ts';

/** The input position that an output position meets with a tap, or -1 in the padding. */
function source({ input, stride, dilation, padBefore }: Axis, output: number, tap: number): number {
  const at = output * stride + tap * dilation - padBefore;
  return at >= 0 && at < input ? at : -1;
}

/** Which input pixels each output pixel of a convolution sums over. */
export function forwardPlan(rows: Axis, columns: Axis, inChannels: number, outChannels: number): GatherPlan {
  const pixels = Array.from({ length: rows.output * columns.output }, (_, pixel) => [Math.floor(pixel / columns.output), pixel % columns.output] as const);
  const taps = Int32Array.from({ length: rows.filter * columns.filter }, (_, tap) => tap);
  return gatherPlan(
    pixels.map((_, pixel) => pixel * outChannels),
    taps,
    (index, tap) => {
      const [y, x] = pixels[index] as readonly [number, number];
      const [sy, sx] = [source(rows, y, Math.floor(tap / columns.filter)), source(columns, x, tap % columns.filter)];
      return sy < 0 || sx < 0 ? -1 : (sy * columns.input + sx) * inChannels;
    },
  );
}

/**
 * Which pixels of dy each input pixel sums over. Pixels as far from a multiple of the stride meet the same taps, so there
 * is one plan for each such phase.
 */
export function backwardPlans(rows: Axis, columns: Axis, inChannels: number, outChannels: number): GatherPlan[] {
  const plans: GatherPlan[] = [];
  for (const ys of phases(rows)) {
    for (const xs of phases(columns)) {
      const pixels = ys.positions.flatMap((y) => xs.positions.map((x) => [y, x] as const));
      if (pixels.length === 0) continue;
      const taps = Int32Array.from(ys.taps.flatMap((ty) => xs.taps.map((tx) => ty * columns.filter + tx)));
      plans.push(
        gatherPlan(
          pixels.map(([y, x]) => (y * columns.input + x) * inChannels),
          taps,
          (index, tap) => {
            const [y, x] = pixels[index] as readonly [number, number];
            const [oy, ox] = [target(rows, y, Math.floor(tap / columns.filter)), target(columns, x, tap % columns.filter)];
            return oy < 0 || ox < 0 ? -1 : (oy * columns.output + ox) * outChannels;
          },
        ),
      );
    }
  }
  return plans;
}

/** The output position whose window has the input position under a tap, or -1. */
function target({ output, stride, dilation, padBefore }: Axis, input: number, tap: number): number {
  const at = (input + padBefore - tap * dilation) / stride;
  return Number.isInteger(at) && at >= 0 && at < output ? at : -1;
}

function phases({ input, filter, stride, dilation, padBefore }: Axis): { positions: number[]; taps: number[] }[] {
  return Array.from({ length: stride }, (_, phase) => ({
    positions: Array.from({ length: input }, (_, y) => y).filter((y) => (y + padBefore) % stride === phase),
    taps: Array.from({ length: filter }, (_, tap) => tap).filter((tap) => (tap * dilation) % stride === phase),
  }));
}

/** For each tap of the filter, which input pixels meet which pixels of dy. */
export function filterPlan(rows: Axis, columns: Axis, inChannels: number, outChannels: number): OuterPlan {
  const pairs: number[] = [];
  const starts = [0];
  for (let ty = 0; ty < rows.filter; ty++) {
    for (let tx = 0; tx < columns.filter; tx++) {
      for (let y = 0; y < rows.output; y++) {
        const sy = source(rows, y, ty);
        if (sy < 0) continue;
        for (let x = 0; x < columns.output; x++) {
          const sx = source(columns, x, tx);
          if (sx >= 0) pairs.push((sy * columns.input + sx) * inChannels, (y * columns.output + x) * outChannels);
        }
      }
      starts.push(pairs.length / 2);
    }
  }
  return { pairs: Int32Array.from(pairs), starts: Int32Array.from(starts) };
}

/** The rows of a matrix as they come. */
export function rowsPlan(rows: number, depth: number, columns: number): GatherPlan {
  return gatherPlan(
    Array.from({ length: rows }, (_, row) => row * columns),
    Int32Array.of(0),
    (index) => index * depth,
  );
}

function gatherPlan(targetOf: readonly number[], taps: Int32Array, offsetOf: (index: number, tap: number) => number): GatherPlan {
  const tiles = Math.ceil(targetOf.length / tileRows);
  const offsets = new Int32Array(tiles * taps.length * tileRows).fill(-1);
  const targets = new Int32Array(tiles * tileRows).fill(-1);
  targetOf.forEach((to, index) => {
    const [tile, row] = [Math.floor(index / tileRows), index % tileRows];
    targets[index] = to;
    taps.forEach((tap, t) => (offsets[(tile * taps.length + t) * tileRows + row] = offsetOf(index, tap)));
  });
  return { offsets, targets, tiles, taps };
}

/** Remembers the plans of the last shapes: a network asks for the same few at every step. */
export function remembered<T>(most = 64): (key: string, make: () => T) => T {
  const plans = new Map<string, T>();
  return (key, make) => {
    const found = plans.get(key) ?? make();
    plans.delete(key);
    plans.set(key, found);
    if (plans.size > most) plans.delete(plans.keys().next().value as string);
    return found;
  };
}
