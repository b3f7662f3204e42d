import { GanzooError } from '@ganzoo/core';

const SCOPE = 'datasets/idx';

/** The two kinds of IDX file that labelled pictures come in: magic number to number of dimensions. */
const DIMENSIONS: ReadonlyMap<number, number> = new Map([
  [0x00000801, 1],
  [0x00000803, 3],
]);

/** An IDX file of unsigned bytes, read. */
export interface Idx {
  /** `[count]` for labels, `[count, height, width]` for images. */
  readonly dims: readonly number[];
  /** 0 to 255, the last dimension running fastest. A view of the bytes given, not a copy. */
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes: the format of MNIST, Fashion-MNIST, KMNIST and EMNIST.
 *
 * @param bytes the whole file, not compressed
 * @param name what errors call it
 * @throws GanzooError on another magic number, and on a file shorter or longer than its header says
 */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  if (bytes.length < 4) throw truncated(name, 'at least 8 bytes', bytes.length);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = header.getUint32(0);
  const rank = DIMENSIONS.get(magic);
  if (rank === undefined) {
    const hint = magic >>> 16 === 0x1f8b ? ' It is compressed with gzip: decompress it first.' : ' Is it an IDX file?';
    throw new GanzooError(SCOPE, `'${name}' starts with ${hex(magic)}; expected ${[...DIMENSIONS.keys()].map(hex).join(' (labels) or ')} (images).${hint}`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw truncated(name, `a header of ${start} bytes`, bytes.length);

  const dims = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const expected = start + dims.reduce((product, size) => product * size, 1);
  if (bytes.length < expected) throw truncated(name, `${expected} bytes for ${dims.join(' x ')} values`, bytes.length);
  if (bytes.length > expected) {
    throw new GanzooError(
      SCOPE,
      `'${name}' is too long: expected ${expected} bytes for ${dims.join(' x ')} values, got ${bytes.length}. Its header or its end is corrupt; get the file again.`,
    );
  }
  return { dims, values: bytes.subarray(start) };
}

function truncated(name: string, expected: string, got: number): GanzooError {
  return new GanzooError(SCOPE, `'${name}' is truncated: expected ${expected}, got ${got}. Get the file again.`);
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
