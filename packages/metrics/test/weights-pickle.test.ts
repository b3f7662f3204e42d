import { describe, expect, test, vi } from 'vitest';
import { unpickle } from '../src/weights/pickle.ts';

/** A pickle of these opcodes and arguments: strings stand for their characters. */
function pickle(...parts: (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : part)));
}

const value = (...parts: Parameters<typeof pickle>): unknown => unpickle(pickle(...parts), { name: 'x' }).value;

describe('makes what Python made', () => {
  // Each is what pickle.dumps() gives for the value, or for protocol 0 what pickletools shows it may.
  test.each<[string, Uint8Array, unknown]>([
    ['None', pickle('N.'), null],
    ['True of protocol 0', pickle('I01\n.'), true],
    ['a dict of protocol 0', pickle("(dp0\nS'a'\np1\nI-7\ns."), new Map([['a', -7]])],
    ['a long of protocol 0', pickle('L12345678901234567890L\n.'), 12345678901234567890n],
    ['a float of protocol 0', pickle('F1.5\n.'), 1.5],
    ['a float', pickle([0x80, 2], 'G', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], '.'), 1.5],
    ['-1', pickle([0x80, 2], 'J', [0xff, 0xff, 0xff, 0xff], '.'), -1],
    ['65535', pickle('M', [0xff, 0xff], '.'), 65535],
    ['0 as a long', pickle([0x8a, 0], '.'), 0],
    ['-2 ** 63', pickle([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80], '.'), -(2n ** 63n)],
    ['a tuple of a list and a string', pickle([0x80, 2], ']q', [0], '(K', [1], 'K', [2], 'eX', [2, 0, 0, 0, 0xc3, 0xa9], 'q', [1, 0x86], '.'), [[1, 2], 'é']],
    ['the same list twice, of protocol 4', pickle([0x80, 4, 0x95, 6, 0, 0, 0, 0, 0, 0, 0], ']', [0x94], 'h', [0, 0x86], '.'), [[], []]],
    ['an OrderedDict with attributes', pickle('ccollections\nOrderedDict\n)R(U', [1], 'aK', [1], 'u}U', [1], 'bK', [2], 'sb.'), new Map([['a', 1]])],
    ['an OrderedDict of Python 2', pickle('ccollections\nOrderedDict\n]](U', [1], 'aK', [1], 'ea', [0x85], 'R.'), new Map([['a', 1]])],
  ])('%s', (_, bytes, expected) => expect(unpickle(bytes, { name: 'x' })).toEqual({ value: expected, end: bytes.length }));

  test('pickles that follow one another', () => {
    const bytes = pickle('K', [1], '.K', [2], '.');
    const first = unpickle(bytes, { name: 'x' });
    expect([first, unpickle(bytes, { name: 'x', offset: first.end })]).toEqual([
      { value: 1, end: 3 },
      { value: 2, end: 6 },
    ]);
  });

  test('what is allowed is called with its arguments; persistent ids are looked up', () => {
    const call = vi.fn((args: readonly unknown[]) => args.length);
    const globals = [{ name: 'torch.f', call }];
    const bytes = pickle('ctorch\nf\n(K', [1], 'U', [1], 'kQtR.');
    expect(unpickle(bytes, { name: 'x', globals, persistentLoad: (id) => `loaded ${String(id)}` }).value).toBe(2);
    expect(call.mock.calls).toEqual([[[1, 'loaded k']]]);
  });

  test('keys that mean something in JavaScript are keys', () => {
    const dict = value('}U', [9], '__proto__K', [1], 's.') as Map<string, number>;
    expect(dict.get('__proto__')).toBe(1);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });
});

describe('executes nothing, and says what it was asked for', () => {
  test.each<[string, Uint8Array, string]>([
    ['os.system', pickle("cos\nsystem\n(S'echo owned'\ntR."), "the Python object 'os.system'"],
    [
      'os.system of protocol 4',
      pickle([0x80, 4, 0x8c, 5], 'posix', [0x8c, 6], 'system', [0x93, 0x8c, 2], 'id', [0x85], 'R.'),
      "the Python object 'posix.system'",
    ],
    ['eval', pickle("c__builtin__\neval\n(S'1'\ntR."), "the Python object '__builtin__.eval'"],
    ['exec', pickle('cbuiltins\nexec\n.'), "the Python object 'builtins.exec'"],
    ['getattr', pickle('cbuiltins\ngetattr\n(ccollections\nOrderedDict\nU', [5], 'clearlR.'), "the Python object 'builtins.getattr'"],
    ['an instance of a class', pickle([0x80, 2], 'c__main__\nModel\n)', [0x81], '}b.'), "the Python object '__main__.Model'"],
    ['an instance in the old way', pickle("(S'id'\nios\nsystem\n."), "the Python object 'os.system'"],
    ['a class from the stack', pickle('(cos\nsystem\no.'), "the Python object 'os.system'"],
    ['a string called', pickle('U', [9], 'os.system)R.'), "a call of 'os.system'"],
    ['a string made an instance', pickle('(U', [9], 'os.systemo.'), "a call of 'os.system'"],
    ['a number called', pickle('K', [1], ')R.'), 'a call of what is no function'],
    ['the name of a method', pickle('ccollections\nOrderedDict.fromkeys\n.'), "the Python object 'collections.OrderedDict.fromkeys'"],
    ['an object outside', pickle('U', [1], 'aQ.'), 'an object outside of it, by a persistent id'],
    ['attributes of a list', pickle(']}b.'), 'the attributes of an object to be set'],
    ['an extension', pickle([0x82, 7], '.'), "extension 7 of Python's copyreg"],
    ['keyword arguments', pickle([0x92], '.'), 'an instance of a class made with keyword arguments'],
    ['bytes', pickle('C', [1], 'a.'), 'bytes'],
  ])('%s', (_, bytes, asked) => {
    expect(() => unpickle(bytes, { name: 'bad.pth' })).toThrow(
      `[ganzoo/metrics/pickle] the pickle in 'bad.pth' asks for ${asked}. Nothing was executed. Only these are understood: collections.OrderedDict.`,
    );
  });

  test('what may be named may not for that be called', () => {
    const globals = [{ name: 'torch.FloatStorage' }];
    expect(unpickle(pickle('ctorch\nFloatStorage\n.'), { name: 'x', globals }).value).toBe(globals[0]);
    expect(() => unpickle(pickle('ctorch\nFloatStorage\n)R.'), { name: 'x', globals })).toThrow(
      "asks for a call of 'torch.FloatStorage'. Nothing was executed.",
    );
  });

  test('an object that only looks like one that is allowed is not', () => {
    // A dict of a name and a call is no global.
    expect(() => value('}(U', [4], 'nameU', [1], 'aU', [4], 'callU', [1], 'bu)R.')).toThrow('a call of what is no function');
  });
});

describe('refuses what is damaged', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', pickle(), "'x' is cut off or damaged: expected 1 bytes from byte 0 on, but it has 0 bytes. Get the file again."],
    ['no end', pickle('K', [1]), 'expected 1 bytes from byte 2 on'],
    ['a string longer than the file', pickle('X', [0xff, 0xff, 0xff, 0x7f], 'a.'), 'expected 2147483647 bytes'],
    ['a string of 2 ** 63 bytes', pickle([0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80], '.'), 'expected 9223372036854776000 bytes'],
    ['an integer longer than any', pickle([0x8b, 0, 1, 0, 0], '.'), 'it has an integer of 256 bytes'],
    ['an unknown opcode', pickle('?.'), "'x' is not a whole pickle: the opcode 0x3f is unknown or makes what is not understood (at byte 1)"],
    ['an empty stack', pickle('.'), 'its stack is empty'],
    ['a tuple of too few', pickle('K', [1, 0x86], '.'), 'its stack is empty'],
    ['no mark', pickle('t.'), 'it has no mark'],
    ['an item for no dict', pickle('K', [1], 'K', [1], 'K', [1], 's.'), 'it sets items of what is not a dict'],
    ['a key without a value', pickle('}(K', [1], 'u.'), 'a key of a dict has no value'],
    ['appending to a dict', pickle('}K', [1], 'a.'), 'it appends to what is not a list'],
    ['a memo that is not there', pickle('h', [3], '.'), 'it recalls 3, which was never stored'],
    ['a line without end', pickle('cos'), 'expected a line from byte 1 on'],
    ['no integer', pickle('Iabc\n.'), "'abc' is not an integer"],
    ['an OrderedDict of numbers', pickle('ccollections\nOrderedDict\n(K', [1], 'tR.'), 'an OrderedDict is made of what are no pairs'],
  ])('%s', (_, bytes, message) => expect(() => unpickle(bytes, { name: 'x' })).toThrow(message));
});
