import { GanzooError } from '@ganzoo/core';
import { ByteReader } from './byte-reader.ts';
import { unpickle, type UnpickleOptions } from './pickle.ts';
import { readStoredZip } from './stored-zip.ts';
import { BYTES_PER_VALUE, type WeightTensor } from './tensor.ts';
import { torchPickle, TorchTensor, type TorchStorage } from './torch-tensor.ts';

const SCOPE = 'metrics/torch';

/** What `torch.save` began its files with before PyTorch 1.6, and PyTorch still reads. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
/** A pickle of protocol 2 that begins with an integer of ten bytes: that magic. */
const LEGACY_START = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const ZIP_START = [0x50, 0x4b, 0x03, 0x04];

/** Whether these are the first bytes of a file of `torch.save`. */
export function isTorchFile(bytes: Uint8Array): boolean {
  return startsWith(bytes, LEGACY_START) || startsWith(bytes, ZIP_START);
}

/**
 * Reads the state dict of a `.pth` file that PyTorch's `torch.save` wrote, in the zip format or the one before it, running
 * nothing of it: the file's pickle may make tensors, dicts, lists, tuples, numbers and strings, and nothing else.
 *
 * @param name what errors call the file
 * @returns its tensors by name, of float32, float16 (widened) and int64
 * @throws GanzooError when the file is none of PyTorch's, damaged, no dict of tensors, or asks for anything else
 */
export function readTorchStateDict(bytes: Uint8Array, name: string): Map<string, WeightTensor> {
  const value = startsWith(bytes, ZIP_START) ? readZip(bytes, name) : readLegacy(bytes, name);
  if (!(value instanceof Map)) return noStateDict(name, 'what it holds is no dict');
  return new Map(
    [...value].map(([key, tensor]) => {
      if (typeof key !== 'string') return noStateDict(name, 'a key of it is no string');
      if (!(tensor instanceof TorchTensor)) return noStateDict(name, `'${key}' is no tensor`);
      return [key, tensor.read()];
    }),
  );
}

function noStateDict(name: string, why: string): never {
  throw new GanzooError(SCOPE, `'${name}' is no state dict, a dict of tensors by name: ${why}. Save it by torch.save(model.state_dict(), path).`);
}

/** Five pickles (magic, version, system, object, keys of the storages), then each storage: its size and its values. */
function readLegacy(bytes: Uint8Array, name: string): unknown {
  if (!startsWith(bytes, LEGACY_START)) {
    throw new GanzooError(SCOPE, `'${name}' (${bytes.length} bytes) does not begin as a file of torch.save does. Pass a .pth with a state dict.`);
  }
  let offset = 0;
  const next = (options: Partial<UnpickleOptions> = {}): unknown => {
    const { value, end } = unpickle(bytes, { name, offset, ...options });
    offset = end;
    return value;
  };
  const [magic, version, system] = [next(), next(), next()];
  if (magic !== LEGACY_MAGIC || version !== 1001) {
    throw new GanzooError(SCOPE, `'${name}' is of version ${String(version)} of PyTorch's format, expected 1001. Save it again with a current PyTorch.`);
  }
  if (system instanceof Map && system.get('little_endian') === false) return bigEndian(name);
  const { storages, ...torch } = torchPickle(name);
  const value = next(torch);
  const keys = next();
  if (!Array.isArray(keys)) return damagedStorage(name, String(keys));

  const reader = new ByteReader(SCOPE, bytes, name, offset);
  for (const key of keys as unknown[]) {
    const storage = storages.get(String(key));
    const count = reader.uint64();
    if (storage === undefined || storage.count !== count) return damagedStorage(name, String(key));
    storage.bytes = reader.take(count * BYTES_PER_VALUE[storage.type]);
  }
  return value;
}

/** A zip of `NAME/data.pkl` and a file `NAME/data/KEY` for each storage. */
function readZip(bytes: Uint8Array, name: string): unknown {
  const files = readStoredZip(bytes, name);
  const pickle = [...files.keys()].find((path) => path.endsWith('/data.pkl') && path.indexOf('/') === path.lastIndexOf('/'));
  if (pickle === undefined) {
    throw new GanzooError(SCOPE, `'${name}' is a zip without a data.pkl, so not of torch.save. Pass a .pth with a state dict (TorchScript is another format).`);
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = files.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little') return bigEndian(name);
  const { storages, ...torch } = torchPickle(name);
  const { value } = unpickle(files.get(pickle) as Uint8Array, { name: `${name}: ${pickle}`, ...torch });
  for (const storage of storages.values()) storage.bytes = storageIn(files.get(`${folder}data/${storage.key}`), storage, name);
  return value;
}

function storageIn(bytes: Uint8Array | undefined, { type, count, key }: TorchStorage, name: string): Uint8Array {
  return bytes?.length === count * BYTES_PER_VALUE[type] ? bytes : damagedStorage(name, key);
}

function damagedStorage(name: string, key: string): never {
  throw new GanzooError(SCOPE, `storage ${key} of '${name}' is not there, or not of the size its tensors say. The file is damaged; get it again.`);
}

function bigEndian(name: string): never {
  throw new GanzooError(SCOPE, `'${name}' is of a big-endian machine. Save it again on a little-endian one, as nearly all are.`);
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
