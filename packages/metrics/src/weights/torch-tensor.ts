import { GanzooError } from '@ganzoo/core';
import type { PickleGlobal } from './pickle.ts';
import { BYTES_PER_VALUE, decodeValues, expectShape, sizeOf, type StoredType, type WeightTensor } from './tensor.ts';

const SCOPE = 'metrics/torch';

/** PyTorch's storage classes that are read. */
const STORAGES: Readonly<Record<string, StoredType>> = { FloatStorage: 'F32', HalfStorage: 'F16', LongStorage: 'I64' };

/** A run of numbers that tensors are views of. A pickle only refers to it; its bytes lie elsewhere in the file. */
export interface TorchStorage {
  readonly key: string;
  readonly type: StoredType;
  /** Values in it. */
  readonly count: number;
  bytes?: Uint8Array;
}

/** A tensor as the pickle describes it. */
export class TorchTensor {
  readonly #name: string;
  readonly #storage: TorchStorage;
  readonly #offset: number;
  readonly shape: readonly number[];

  /** `offset` is that of its first value in the storage; all numbers are checked. */
  constructor(name: string, storage: TorchStorage, offset: unknown, shape: unknown, strides: unknown) {
    expectShape(SCOPE, `a tensor in '${name}'`, shape);
    if (!isContiguous(shape, strides)) {
      throw new GanzooError(
        SCOPE,
        `a tensor of shape [${shape.join(', ')}] in '${name}' is not contiguous: its strides are [${String(strides)}]. Call .contiguous() on it in Python and save the file again.`,
      );
    }
    const end = (offset as number) + sizeOf(shape);
    if (!Number.isSafeInteger(offset) || (offset as number) < 0 || end > storage.count) {
      throw new GanzooError(SCOPE, `a tensor in '${name}' reaches to value ${end} of storage ${storage.key}, which has ${storage.count}. Get the file again.`);
    }
    this.#name = name;
    this.#storage = storage;
    this.#offset = offset as number;
    this.shape = shape;
  }

  /** Its values, copied, once the storage has its bytes. */
  read(): WeightTensor {
    const { type, key, bytes } = this.#storage;
    if (bytes === undefined) throw new GanzooError(SCOPE, `'${this.#name}' has no storage ${key}, which a tensor refers to. Get the file again.`);
    const start = this.#offset * BYTES_PER_VALUE[type];
    return { shape: this.shape, values: decodeValues(type, bytes.subarray(start, start + sizeOf(this.shape) * BYTES_PER_VALUE[type])) };
  }
}

/** What a pickle needs to describe tensors, and the storages it referred to. */
export function torchPickle(name: string): { globals: PickleGlobal[]; persistentLoad: (id: unknown) => TorchStorage; storages: Map<string, TorchStorage> } {
  const types = new Map<unknown, StoredType>();
  const globals: PickleGlobal[] = Object.entries(STORAGES).map(([storage, type]) => {
    const global = { name: `torch.${storage}` };
    types.set(global, type);
    return global;
  });
  const storages = new Map<string, TorchStorage>();
  const known = new Set<unknown>();
  const damaged = (what: string): never => {
    throw new GanzooError(
      SCOPE,
      `${what} in '${name}' is not as PyTorch writes it. The file is damaged, or of a version that is not understood; get it again.`,
    );
  };

  globals.push(
    {
      name: 'torch._utils._rebuild_tensor_v2',
      call: ([storage, offset, shape, strides]) =>
        known.has(storage) ? new TorchTensor(name, storage as TorchStorage, offset, shape, strides) : damaged('a tensor without a storage'),
    },
    { name: 'torch._utils._rebuild_parameter', call: ([data]) => (data instanceof TorchTensor ? data : damaged('a parameter without a tensor')) },
  );
  const persistentLoad = (id: unknown): TorchStorage => {
    if (!Array.isArray(id)) return damaged('a persistent id');
    // The location, which device it was on, does not matter.
    const [kind, storageType, key, , count, view] = id as unknown[];
    const type = types.get(storageType);
    if (kind !== 'storage' || type === undefined || typeof key !== 'string' || !Number.isSafeInteger(count)) return damaged('a persistent id');
    if (view !== undefined && view !== null) return damaged('a storage that is a view of another');
    const storage = storages.get(key) ?? { key, type, count: count as number };
    if (storage.type !== type || storage.count !== count) return damaged(`storage ${key}, which is described in two ways,`);
    storages.set(key, storage);
    known.add(storage);
    return storage;
  };
  return { globals, persistentLoad, storages };
}

/** Whether the values lie in row-major order without gaps; strides of dimensions of size 1 do not matter. */
function isContiguous(shape: readonly number[], strides: unknown): boolean {
  if (!Array.isArray(strides) || strides.length !== shape.length) return false;
  if (sizeOf(shape) === 0) return true;
  return shape.every((size, axis) => size === 1 || strides[axis] === sizeOf(shape.slice(axis + 1)));
}
