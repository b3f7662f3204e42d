import type { ByteReader } from './byte-reader.ts';

/** What opcodes work on: the stack machine of the pickle format. */
export interface Machine {
  readonly reader: ByteReader;
  readonly memo: Map<number, unknown>;
  push(value: unknown): void;
  pop(): unknown;
  top(): unknown;
  mark(): void;
  /** All that was pushed since the last mark. */
  popMark(): unknown[];
  /** What is allowed under that `module.name`. */
  find(global: string): unknown;
  call(callee: unknown, args: unknown): unknown;
  persistent(id: unknown): unknown;
  damaged(why: string): never;
  /** Says what the pickle asked for, which is not done. */
  refuse(asked: string): never;
}

type Opcode = (machine: Machine) => void;

/** By what comes after the opcode in the file. */
const values: Readonly<Record<string, (machine: Machine) => unknown>> = {
  N: () => null,
  '\x88': () => true,
  '\x89': () => false,
  J: ({ reader }) => reader.int32(),
  K: ({ reader }) => reader.uint8(),
  M: ({ reader }) => reader.uint16(),
  '\x8a': (machine) => integer(machine, machine.reader.uint8()),
  '\x8b': (machine) => integer(machine, machine.reader.uint32()),
  G: ({ reader }) => reader.float64BigEndian(),
  // Strings of Python 2 are taken for UTF-8, as PyTorch does.
  U: ({ reader }) => reader.utf8(reader.uint8()),
  T: ({ reader }) => reader.utf8(reader.uint32()),
  '\x8c': ({ reader }) => reader.utf8(reader.uint8()),
  X: ({ reader }) => reader.utf8(reader.uint32()),
  '\x8d': ({ reader }) => reader.utf8(reader.uint64()),
  // Protocol 0 has its values as text.
  I: (machine) => textInteger(machine, machine.reader.line()),
  L: (machine) => textInteger(machine, machine.reader.line().replace(/L$/, '')),
  F: ({ reader }) => Number(reader.line()),
  S: ({ reader }) => reader.line().slice(1, -1),
  V: ({ reader }) => reader.line(),
  ']': () => [],
  ')': () => [],
  '}': () => new Map(),
  l: (machine) => machine.popMark(),
  t: (machine) => machine.popMark(),
  d: (machine) => setItems(machine, new Map(), machine.popMark()),
  '\x85': (machine) => tuple(machine, 1),
  '\x86': (machine) => tuple(machine, 2),
  '\x87': (machine) => tuple(machine, 3),
  '2': ({ top }) => top(),
  h: (machine) => remembered(machine, machine.reader.uint8()),
  j: (machine) => remembered(machine, machine.reader.uint32()),
  g: (machine) => remembered(machine, Number(machine.reader.line())),
  c: ({ reader, find }) => find(`${reader.line()}.${reader.line()}`),
  '\x93': ({ pop, find }) => {
    const name = pop();
    return find(`${String(pop())}.${String(name)}`);
  },
  P: ({ reader, persistent }) => persistent(reader.line()),
  Q: ({ pop, persistent }) => persistent(pop()),
  R: ({ pop, call }) => {
    const args = pop();
    return call(pop(), args);
  },
  // The ways to make an instance of a class.
  '\x81': ({ pop, call }) => {
    const args = pop();
    return call(pop(), args);
  },
  '\x92': ({ refuse }) => refuse('an instance of a class made with keyword arguments'),
  i: ({ reader, find, call, popMark }) => call(find(`${reader.line()}.${reader.line()}`), popMark()),
  o: ({ popMark, call }) => {
    const [callee, ...args] = popMark();
    return call(callee, args);
  },
  // Harmless, but nothing here would know what to do with them.
  B: ({ refuse }) => refuse('bytes'),
  C: ({ refuse }) => refuse('bytes'),
  '\x8e': ({ refuse }) => refuse('bytes'),
  '\x96': ({ refuse }) => refuse('a bytearray'),
  '\x97': ({ refuse }) => refuse('a buffer outside of it'),
  '\x8f': ({ refuse }) => refuse('a set'),
  '\x91': ({ refuse }) => refuse('a frozenset'),
  '\x82': ({ reader, refuse }) => refuse(`extension ${reader.uint8()} of Python's copyreg`),
  '\x83': ({ reader, refuse }) => refuse(`extension ${reader.uint16()} of Python's copyreg`),
  '\x84': ({ reader, refuse }) => refuse(`extension ${reader.int32()} of Python's copyreg`),
};

/** Those that leave no new value on the stack. */
const others: Readonly<Record<string, Opcode>> = {
  // The number of the protocol says nothing that the opcodes do not.
  '\x80': ({ reader }) => void reader.uint8(),
  // A frame's length is for reading ahead.
  '\x95': ({ reader }) => void reader.uint64(),
  '(': ({ mark }) => mark(),
  '0': ({ pop }) => void pop(),
  '1': ({ popMark }) => void popMark(),
  q: ({ reader, memo, top }) => void memo.set(reader.uint8(), top()),
  r: ({ reader, memo, top }) => void memo.set(reader.uint32(), top()),
  p: ({ reader, memo, top }) => void memo.set(Number(reader.line()), top()),
  '\x94': ({ memo, top }) => void memo.set(memo.size, top()),
  a: (machine) => appendAll(machine, [machine.pop()]),
  e: (machine) => appendAll(machine, machine.popMark()),
  s: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    setItems(machine, machine.top(), [key, value]);
  },
  u: (machine) => {
    const items = machine.popMark();
    setItems(machine, machine.top(), items);
  },
  // Attributes of an OrderedDict, such as the _metadata of a PyTorch state dict, are nobody's weights.
  b: ({ pop, top, refuse }) => {
    pop();
    if (!(top() instanceof Map)) refuse('the attributes of an object to be set');
  },
};

/** What each opcode does. The one that stops is not among them. */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  ...Object.entries(values).map(([code, value]) => [code.charCodeAt(0), (machine: Machine) => machine.push(value(machine))] as const),
  ...Object.entries(others).map(([code, run]) => [code.charCodeAt(0), run] as const),
]);

function tuple({ pop }: Machine, size: number): unknown[] {
  return Array.from({ length: size }, pop).reverse();
}

function remembered({ memo, damaged }: Machine, index: number): unknown {
  return memo.has(index) ? memo.get(index) : damaged(`it recalls ${index}, which was never stored`);
}

function appendAll({ top, damaged }: Machine, items: readonly unknown[]): void {
  const list = top();
  if (!Array.isArray(list)) return damaged('it appends to what is not a list');
  for (const item of items) list.push(item);
}

function setItems({ damaged }: Machine, dict: unknown, items: readonly unknown[]): Map<unknown, unknown> {
  if (!(dict instanceof Map)) return damaged('it sets items of what is not a dict');
  if (items.length % 2 !== 0) return damaged('a key of a dict has no value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  return dict;
}

/** Little-endian, in two's complement. */
function integer({ reader, damaged }: Machine, size: number): number | bigint {
  if (size > 255) return damaged(`it has an integer of ${size} bytes`);
  const bytes = reader.take(size);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).reverse();
  return narrowed(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex.join('') || '0'}`)));
}

function textInteger({ damaged }: Machine, text: string): number | bigint | boolean {
  // How protocol 0 writes booleans.
  if (text === '00' || text === '01') return text === '01';
  return /^\s*[-+]?\d+\s*$/.test(text) ? narrowed(BigInt(text.trim().replace(/^\+/, ''))) : damaged(`'${text}' is not an integer`);
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
