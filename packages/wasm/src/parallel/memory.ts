import { plain, shared } from './binary.ts';

/** The most that the module was linked for. */
const maximumPages = 32_768;
const pageBytes = 65_536;

/** Where things lie: below are the stacks and what never moves, above is room for the data of one product after another. */
export const jobAddress = 65_536;
const zerosAddress = 131_072;
const stackBytes = 16_384;
const stacksAddress = 524_288;
const roomAddress = 1_048_576;

/** Rows in the padding are read from here: as deep as a product may be. */
export const zerosLength = (stacksAddress - zerosAddress) / 4 - 1024;
export const zeros = zerosAddress;

interface Exports {
  readonly run: (job: number, chunk: number) => void;
  readonly flip: (from: number, to: number, rows: number, columns: number) => void;
  readonly pack: (from: number, to: number, chosen: number, taps: number, depth: number, columns: number, transposed: number) => void;
}

/** The top of a thread's stack; the first thread has the one it was linked with. */
export function stackTop(thread: number): number {
  return stacksAddress + (thread + 1) * stackBytes;
}

/** The compiled module with its memory. Data of one product are laid out from the start of its room each time. */
export class Memory {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  readonly isShared: boolean;
  #floats: Float32Array;
  #ints: Int32Array;
  #next = roomAddress;

  constructor(isShared: boolean) {
    this.isShared = isShared;
    this.module = new WebAssembly.Module(bytesOf(isShared ? shared : plain));
    this.memory = new WebAssembly.Memory({ initial: 64, maximum: maximumPages, shared: isShared });
    this.exports = new WebAssembly.Instance(this.module, { env: { memory: this.memory } }).exports as unknown as Exports;
    this.#floats = new Float32Array(this.memory.buffer);
    this.#ints = new Int32Array(this.memory.buffer);
  }

  get ints(): Int32Array {
    return this.#ints;
  }

  /** Begins a product, for which so many elements will be asked for; false when there is no room for them. */
  reserve(elements: number): boolean {
    this.#next = roomAddress;
    // Every piece starts on a cache line and is followed by room for a tile that reads past its end.
    const missing = roomAddress + 4 * elements + 4096 - this.memory.buffer.byteLength;
    if (missing <= 0) return true;
    try {
      this.memory.grow(Math.ceil(missing / pageBytes));
    } catch {
      return false;
    }
    this.#floats = new Float32Array(this.memory.buffer);
    this.#ints = new Int32Array(this.memory.buffer);
    return true;
  }

  allocate(elements: number): number {
    const address = this.#next;
    this.#next = (address + 4 * elements + 127) & ~63;
    return address;
  }

  put(values: Float32Array): number {
    const address = this.allocate(values.length);
    this.#floats.set(values, address / 4);
    return address;
  }

  putInts(values: Int32Array): number {
    const address = this.allocate(values.length);
    this.#ints.set(values, address / 4);
    return address;
  }

  floats(address: number, length: number): Float32Array {
    return this.#floats.subarray(address / 4, address / 4 + length);
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
