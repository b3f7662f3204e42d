import { GanzooError } from '@ganzoo/core';

/** Reads a file from front to back, little-endian; no read goes beyond its end. */
export class ByteReader {
  /** What errors call the file. */
  readonly name: string;
  /** The next byte to read. */
  position: number;
  readonly #scope: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(scope: string, bytes: Uint8Array, name: string, position = 0) {
    this.#scope = scope;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.name = name;
    this.position = position;
  }

  /** The next `count` bytes, as a view of the file. */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Beyond 2 ** 53 it is rounded, which no file is long enough to notice. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Pickles have these big-endian. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** ASCII up to the next line feed, which is read and left out. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) this.#cutOff('a line');
    const text = this.utf8(end - this.position);
    this.position++;
    return text;
  }

  utf8(count: number): string {
    return new TextDecoder().decode(this.take(count));
  }

  #advance(count: number): number {
    const start = this.position;
    if (!(start >= 0 && count >= 0 && count <= this.#bytes.length - start)) this.#cutOff(`${count} bytes`);
    this.position = start + count;
    return start;
  }

  #cutOff(wanted: string): never {
    throw new GanzooError(
      this.#scope,
      `'${this.name}' is cut off or damaged: expected ${wanted} from byte ${this.position} on, but it has ${this.#bytes.length} bytes. Get the file again.`,
    );
  }
}
