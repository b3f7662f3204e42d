import { GanzooError } from './errors.ts';

const SCOPE = 'core/checkpoint';

/** A tensor at rest. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes float32 tensors and one piece of JSON as a safetensors file (https://github.com/huggingface/safetensors), which
 * Python reads too. One file, so that a checkpoint is whole or not there.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, StoredTensor>, metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the values are aligned.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Reads what {@link encodeSafetensors} wrote; `name` is for the error when the file is torn or foreign. */
export function decodeSafetensors(bytes: Uint8Array, name: string): { tensors: Map<string, StoredTensor>; metadata: Record<string, string> } {
  const refuse = (why: string): never => {
    throw new GanzooError(SCOPE, `'${name}' is not a whole checkpoint: ${why}. Use an earlier one.`);
  };
  if (bytes.length < 8) return refuse(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + headerLength > bytes.length) return refuse(`its header should end at byte ${8 + headerLength}, but it has ${bytes.length} bytes`);
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<string, unknown>;
  } catch {
    refuse('its header is not JSON');
  }
  const data = bytes.subarray(8 + headerLength);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  let expected = 0;
  for (const [key, value] of Object.entries(entries)) {
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = value as { dtype: string; shape: number[]; data_offsets: [number, number] };
    if (dtype !== 'F32') refuse(`'${key}' has type ${dtype} where F32 was written`);
    if (to > data.length) refuse(`'${key}' should end at byte ${8 + headerLength + to}, but it has ${bytes.length} bytes`);
    // Copied, because the file's own bytes need not be aligned in memory.
    tensors.set(key, { shape, values: new Float32Array(data.slice(from, to).buffer) });
    expected = Math.max(expected, to);
  }
  if (data.length !== expected) refuse(`it has ${data.length - expected} bytes too many`);
  return { tensors, metadata: metadata as Record<string, string> };
}
