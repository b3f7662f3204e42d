import { GanzooError } from '@ganzoo/core';
import { ByteReader } from './byte-reader.ts';

const SCOPE = 'metrics/zip';

const [LOCAL, ENTRY, END, END_64, LOCATOR_64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];
const END_LENGTH = 22;
/** Stands for a number that does not fit, and is in a 64-bit field elsewhere. */
const ELSEWHERE = 0xffffffff;

/**
 * The files in a zip (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) that keeps them uncompressed, as PyTorch
 * writes them, by path. They are views of the bytes. Checksums are not looked at, which PyTorch may leave out.
 *
 * @param name what errors call the zip
 * @throws GanzooError when it is cut off or damaged, or a file in it is compressed
 */
export function readStoredZip(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const at = (position: number): ByteReader => new ByteReader(SCOPE, bytes, name, position);
  const damaged = (why: string): never => {
    throw new GanzooError(SCOPE, `'${name}' (${bytes.length} bytes) is not a whole zip file: ${why}. Get the file again.`);
  };
  const expect = (reader: ByteReader, signature: number, what: string): void => {
    if (reader.uint32() !== signature) damaged(`${what} is not where it should be`);
  };

  const { count, position } = directory(bytes, at, expect) ?? damaged('it has no end');
  const files = new Map<string, Uint8Array>();
  const entries = at(position);
  for (let i = 0; i < count; i++) {
    expect(entries, ENTRY, `entry ${i}`);
    entries.take(6);
    const method = entries.uint16();
    entries.take(8);
    const packed = entries.uint32();
    let size = entries.uint32();
    const lengths = [entries.uint16(), entries.uint16(), entries.uint16()] as const;
    entries.take(8);
    let start = entries.uint32();
    const path = entries.utf8(lengths[0]);
    const long = longNumbers(entries.take(lengths[1]));
    entries.take(lengths[2]);
    if (method !== 0) {
      throw new GanzooError(SCOPE, `'${path}' in '${name}' is compressed, as torch.save never does. Save the file again by torch.save.`);
    }
    if (size === ELSEWHERE) size = long.shift() ?? damaged(`'${path}' has no size`);
    if (packed === ELSEWHERE) long.shift();
    if (start === ELSEWHERE) start = long.shift() ?? damaged(`'${path}' has no place`);

    const file = at(start);
    expect(file, LOCAL, `'${path}'`);
    file.take(22);
    const skipped = file.uint16() + file.uint16();
    file.take(skipped);
    files.set(path, file.take(size));
  }
  return files;
}

/** How many entries there are, and where they begin, as the record at the end says. */
function directory(
  bytes: Uint8Array,
  at: (position: number) => ByteReader,
  expect: (reader: ByteReader, signature: number, what: string) => void,
): { count: number; position: number } | undefined {
  // A comment of up to 65535 bytes may follow it.
  const last = bytes.length - END_LENGTH;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = last; start >= 0 && start >= last - 0xffff; start--) {
    if (view.getUint32(start, true) !== END) continue;
    const end = at(start + 10);
    const count = end.uint16();
    end.take(4);
    const position = end.uint32();
    if (count !== 0xffff && position !== ELSEWHERE) return { count, position };
    const locator = at(start - 20);
    expect(locator, LOCATOR_64, 'the locator of its 64-bit end');
    locator.take(4);
    const long = at(locator.uint64());
    expect(long, END_64, 'its 64-bit end');
    long.take(28);
    const longCount = long.uint64();
    long.take(8);
    return { count: longCount, position: long.uint64() };
  }
  return undefined;
}

/** The numbers of the 64-bit field among an entry's extra fields. */
function longNumbers(extra: Uint8Array): number[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let i = 0; i + 4 <= extra.length; i += 4 + view.getUint16(i + 2, true)) {
    if (view.getUint16(i, true) !== 1) continue;
    const end = Math.min(extra.length, i + 4 + view.getUint16(i + 2, true));
    return Array.from({ length: Math.floor((end - i - 4) / 8) }, (_, k) => Number(view.getBigUint64(i + 4 + 8 * k, true)));
  }
  return [];
}
