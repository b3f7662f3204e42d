import { GanzooError } from './errors.ts';

const SCOPE = 'core/checkpoint';

/** A checkpoint that was torn or altered: one before it may be whole. */
export class DamagedCheckpointError extends GanzooError {}

/** A tensor at rest. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes float32 tensors and one piece of JSON as a safetensors file (https://github.com/huggingface/safetensors), which
 * Python reads too. One file, so that a checkpoint is whole or not there; its metadata hold a checksum of all the rest.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, StoredTensor>, metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const data = new Uint8Array(offset);
  let at = 0;
  for (const { values } of tensors.values()) {
    data.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  const header = { __metadata__: { ...metadata, checksum: checksum(metadata, entries, data) }, ...entries };
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the values are aligned.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + headerLength);
  return bytes;
}

/** Reads what {@link encodeSafetensors} wrote; `name` is for the error when the file is torn, altered or foreign. */
export function decodeSafetensors(bytes: Uint8Array, name: string): { tensors: Map<string, StoredTensor>; metadata: Record<string, string> } {
  const refuse = (why: string): never => {
    throw new DamagedCheckpointError(SCOPE, `'${name}' is not a whole checkpoint: ${why}. Use an earlier one.`);
  };
  if (bytes.length < 8) return refuse(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + headerLength > bytes.length) return refuse(`its header should end at byte ${8 + headerLength}, but it has ${bytes.length} bytes`);
  const { __metadata__: stored, ...entries } = parse(bytes.subarray(8, 8 + headerLength)) ?? refuse('its header is not JSON');
  const data = bytes.subarray(8 + headerLength);
  const { checksum: expected, ...metadata } = (stored ?? {}) as Record<string, string>;
  if (expected === undefined) return refuse('it has no checksum');
  const declared = Math.max(0, ...Object.values(entries).map((entry) => (entry as Entry | null)?.data_offsets?.[1] ?? 0));
  if (data.length !== declared) return refuse(`its values should end at byte ${8 + headerLength + declared}, but it has ${bytes.length} bytes`);
  if (checksum(metadata, entries, data) !== expected) return refuse('its checksum does not match');
  const tensors = new Map<string, StoredTensor>();
  for (const [
    key,
    {
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries as Record<string, Entry>)) {
    // Copied, because the file's own bytes need not be aligned in memory.
    tensors.set(key, { shape, values: new Float32Array(new Uint8Array(data.subarray(from, to)).buffer) });
  }
  return { tensors, metadata };
}

interface Entry {
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

/** CRC-32 of the metadata, the table of tensors and their values, in hexadecimal. */
function checksum(metadata: object, entries: object, data: Uint8Array): string {
  const text = new TextEncoder().encode(JSON.stringify([metadata, entries]));
  return (~crc(data, crc(text, -1)) >>> 0).toString(16);
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array, from: number): number {
  let value = from;
  for (let i = 0; i < bytes.length; i++) value = (crcTable[(value ^ (bytes[i] as number)) & 0xff] as number) ^ (value >>> 8);
  return value;
}
