import { GanzooError } from '@ganzoo/core';
import { BYTES_PER_VALUE, decodeValues, expectShape, sizeOf, type StoredType, type WeightTensor } from './tensor.ts';

const SCOPE = 'metrics/safetensors';

/** Whether these are the first bytes of a safetensors file: the length of a JSON object, and its brace. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors): F32, F16 (widened) and I64 tensors by name.
 *
 * @param name what errors call the file
 * @throws GanzooError when the file is cut off, damaged, or has a tensor of another type
 */
export function readSafetensors(bytes: Uint8Array, name: string): { tensors: Map<string, WeightTensor>; metadata: Record<string, string> } {
  const damaged = (why: string): never => {
    throw new GanzooError(SCOPE, `'${name}' is not a whole safetensors file: ${why}. Get the file again.`);
  };
  if (bytes.length < 8) return damaged(`it has ${bytes.length} bytes`);
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (start > bytes.length) return damaged(`its header should end at byte ${start}, but it has ${bytes.length} bytes`);
  const { __metadata__: metadata = {}, ...entries } = parse(bytes.subarray(8, start)) ?? damaged('its header is no JSON object');
  const tensors = new Map<string, WeightTensor>();
  for (const [key, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
    const size = BYTES_PER_VALUE[dtype as StoredType];
    if (size === undefined) {
      throw new GanzooError(SCOPE, `'${key}' in '${name}' is of type ${String(dtype)}. Understood: ${Object.keys(BYTES_PER_VALUE).join(', ')}. Convert it.`);
    }
    expectShape(SCOPE, `'${key}' in '${name}'`, shape);
    const [from, to] = Array.isArray(offsets) ? (offsets as [number, number]) : damaged(`'${key}' has no place`);
    if (to - from !== sizeOf(shape) * size) return damaged(`'${key}' should have ${sizeOf(shape) * size} bytes, but has ${to - from}`);
    if (!(from >= 0 && start + to <= bytes.length)) return damaged(`'${key}' should end at byte ${start + to}, but it has ${bytes.length} bytes`);
    tensors.set(key, { shape, values: decodeValues(dtype as StoredType, bytes.subarray(start + from, start + to)) });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

/** Writes tensors as a safetensors file: F32 and I64. */
export function writeSafetensors(tensors: ReadonlyMap<string, WeightTensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const from = end;
    end += values.byteLength;
    header[name] = { dtype: values instanceof Float32Array ? 'F32' : 'I64', shape, data_offsets: [from, end] } satisfies Entry;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the values are aligned.
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  let at = start;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
