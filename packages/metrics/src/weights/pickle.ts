import { GanzooError } from '@ganzoo/core';
import { ByteReader } from './byte-reader.ts';
import { OPCODES, type Machine } from './pickle-opcodes.ts';

const SCOPE = 'metrics/pickle';

/** A Python object by name, such as `collections.OrderedDict`, as pickles refer to functions and classes. */
export interface PickleGlobal {
  /** `module.name`. */
  readonly name: string;
  /** What calling it gives. Absent where a pickle may name it, but not call it. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface UnpickleOptions {
  /** What errors call the file. */
  readonly name: string;
  /** Where in the bytes the pickle begins. 0 unless told. */
  readonly offset?: number;
  /** What the pickle may name besides `collections.OrderedDict`. */
  readonly globals?: readonly PickleGlobal[];
  /** What stands for a persistent id: a reference to something outside the pickle. Refused unless told. */
  readonly persistentLoad?: (id: unknown) => unknown;
}

/**
 * Reads Python's pickle format (protocols 0 to 5, https://docs.python.org/3/library/pickle.html), which is a program, without
 * running anything of it: it can make None, booleans, numbers, strings, lists, tuples, dicts, OrderedDicts, and what `globals`
 * allows. Dicts come as `Map`, lists and tuples as arrays, None as null, integers beyond 2 ** 53 as bigint.
 *
 * @returns the object, and the offset of the byte after the pickle
 * @throws GanzooError when the pickle asks for anything else, naming it, and when it is cut off or damaged
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): { value: unknown; end: number } {
  const { name, offset = 0, globals = [], persistentLoad } = options;
  const reader = new ByteReader(SCOPE, bytes, name, offset);
  const damaged = (why: string): never => {
    throw new GanzooError(SCOPE, `'${name}' is not a whole pickle: ${why} (at byte ${reader.position}). Get the file again.`);
  };
  const allowed = new Map([orderedDict(damaged), ...globals].map((global) => [global.name, global]));
  const known = new Set<unknown>(allowed.values());
  const refuse = (asked: string): never => {
    const valid = [...allowed.keys()].sort().join(', ');
    throw new GanzooError(
      SCOPE,
      `the pickle in '${name}' asks for ${asked}. Nothing was executed. Only these are understood: ${valid}. If you trust the file, load it in Python and save its tensors as safetensors.`,
    );
  };

  let stack: unknown[] = [];
  const marked: unknown[][] = [];
  const machine: Machine = {
    reader,
    memo: new Map(),
    push: (value) => void stack.push(value),
    pop: () => (stack.length > 0 ? stack.pop() : damaged('its stack is empty')),
    top: () => (stack.length > 0 ? stack.at(-1) : damaged('its stack is empty')),
    mark: () => {
      marked.push(stack);
      stack = [];
    },
    popMark: () => {
      const values = stack;
      stack = marked.pop() ?? damaged('it has no mark');
      return values;
    },
    find: (global) => allowed.get(global) ?? refuse(`the Python object '${global}'`),
    call: (callee, args) => {
      if (!known.has(callee)) return refuse(`a call of ${typeof callee === 'string' ? `'${callee}'` : 'what is no function'}`);
      const { name, call } = callee as PickleGlobal;
      if (!Array.isArray(args)) return damaged(`'${name}' is called without a tuple`);
      return call ? call(args) : refuse(`a call of '${name}'`);
    },
    persistent: (id) => (persistentLoad ? persistentLoad(id) : refuse('an object outside of it, by a persistent id')),
    damaged,
    refuse,
  };

  for (;;) {
    const code = reader.uint8();
    if (code === STOP) return { value: machine.pop(), end: reader.position };
    const run = OPCODES.get(code) ?? damaged(`the opcode 0x${code.toString(16).padStart(2, '0')} is unknown or makes what is not understood`);
    run(machine);
  }
}

const STOP = 0x2e;

/** It comes empty and has its items set later; Python 2 hands pairs over. */
function orderedDict(damaged: (why: string) => never): PickleGlobal {
  const call = ([pairs = []]: readonly unknown[]): unknown => {
    if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair))) return damaged('an OrderedDict is made of what are no pairs');
    return new Map(pairs.map(([key, value]: unknown[]) => [key, value]));
  };
  return { name: 'collections.OrderedDict', call };
}
