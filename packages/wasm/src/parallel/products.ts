import type { Memory } from './memory.ts';
import { zeros } from './memory.ts';
import { getThreads, run } from './threads.ts';

/** Rows and columns of the tiles that native/kernels.c keeps in registers. */
export const tileRows = 5;
export const tileColumns = 8;

/** The fields of `job_t` in native/kernels.c, in its order. */
const fields = [
  'kind',
  'a',
  'b',
  'out',
  'offsets',
  'targets',
  'zeros',
  'taps',
  'depth',
  'columns',
  'tiles',
  'tilesPerChunk',
  'images',
  'aStride',
  'bStride',
  'outStride',
] as const;

function words(job: Readonly<Record<(typeof fields)[number], number>>): number[] {
  return fields.map((field) => job[field]);
}

/** Which rows of the operand each row of the result is a sum over. Offsets count floats from the start of an image; -1 reads zeros. */
export interface GatherPlan {
  /** `[tile][tap][row of tile]` */
  readonly offsets: Int32Array;
  /** `[tile][row of tile]`: where each row of the result goes, -1 for the rows past the last. */
  readonly targets: Int32Array;
  readonly tiles: number;
  /** Which of the filter's taps take part. */
  readonly taps: Int32Array;
}

interface Gather {
  readonly plan: GatherPlan;
  readonly operand: number;
  readonly operandStride: number;
  /** `[tap][depth][columns]`, or `[tap][columns][depth]` when transposed. */
  readonly filter: number;
  readonly transposed: boolean;
  readonly depth: number;
  readonly columns: number;
  readonly out: number;
  readonly outStride: number;
  readonly images: number;
}

/** Elements that {@link gather} allocates. */
export function gatherRoom({ offsets, targets, taps }: GatherPlan, depth: number, columns: number): number {
  return offsets.length + targets.length + taps.length + taps.length * depth * roundUp(columns, tileColumns) + 256;
}

/** `out[row][column] = sum over taps and depth of operand[offset + k] * filter[tap][k][column]`, for each image. */
export function gather(space: Memory, { plan, operand, operandStride, filter, transposed, depth, columns, out, outStride, images }: Gather): void {
  const { tiles, taps } = plan;
  const packed = space.allocate(taps.length * depth * roundUp(columns, tileColumns));
  const chosen = space.putInts(taps);
  space.exports.pack(filter, packed, chosen, taps.length, depth, columns, transposed ? 1 : 0);
  const tilesPerChunk = share(tiles, images);
  const job = { kind: 0, a: operand, b: packed, out, offsets: space.putInts(plan.offsets), targets: space.putInts(plan.targets), zeros, taps: taps.length };
  const sizes = { depth, columns, tiles, tilesPerChunk, images, aStride: operandStride, bStride: 0, outStride };
  run(space, words({ ...job, ...sizes }), images * Math.ceil(tiles / tilesPerChunk));
}

/** For each tap, the pairs of places in two operands whose outer products are summed. */
export interface OuterPlan {
  /** `[pair][2]`, counted in floats from the start of an image. */
  readonly pairs: Int32Array;
  /** Where each tap's pairs begin; one more entry says where the last end. */
  readonly starts: Int32Array;
}

interface Outer {
  readonly plan: OuterPlan;
  readonly left: number;
  readonly leftStride: number;
  readonly right: number;
  readonly rightStride: number;
  readonly rows: number;
  readonly columns: number;
  readonly images: number;
}

export function outerRoom({ pairs, starts }: OuterPlan, rows: number, columns: number): number {
  return pairs.length + starts.length + (starts.length - 1) * roundUp(rows, tileRows) * roundUp(columns, tileColumns) + 192;
}

/** `result[tap][row][column] = sum over images and pairs of left[first + row] * right[second + column]`, copied to `result`. */
export function outer(space: Memory, { plan, left, leftStride, right, rightStride, rows, columns, images }: Outer, result: () => Float32Array): void {
  const taps = plan.starts.length - 1;
  const tiles = Math.ceil(rows / tileRows);
  const [paddedRows, paddedColumns] = [tiles * tileRows, roundUp(columns, tileColumns)];
  const sums = space.allocate(taps * paddedRows * paddedColumns);
  const tilesPerChunk = share(tiles, taps);
  const job = { kind: 1, a: left, b: right, out: sums, offsets: space.putInts(plan.pairs), targets: space.putInts(plan.starts), zeros, taps };
  const sizes = { depth: 0, columns, tiles, tilesPerChunk, images, aStride: leftStride, bStride: rightStride, outStride: 0 };
  run(space, words({ ...job, ...sizes }), taps * Math.ceil(tiles / tilesPerChunk));

  const to = result();
  for (let tap = 0; tap < taps; tap++) {
    const from = sums + 4 * tap * paddedRows * paddedColumns;
    if (paddedColumns === columns) {
      to.set(space.floats(from, rows * columns), tap * rows * columns);
      continue;
    }
    for (let row = 0; row < rows; row++) to.set(space.floats(from + 4 * row * paddedColumns, columns), (tap * rows + row) * columns);
  }
}

/** Tiles a chunk: so that each thread finds a few, and the rows of a chunk stay in the cache while all columns pass over them. */
function share(tiles: number, outerCount: number): number {
  const wanted = Math.ceil((4 * getThreads()) / outerCount);
  return Math.max(1, Math.min(Math.ceil(tiles / wanted), outerCount === 1 ? cachedTiles : tiles));
}

const cachedTiles = 8;

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
