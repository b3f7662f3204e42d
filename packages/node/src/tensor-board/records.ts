/** The frames of a TFRecord file: length, its checksum, the data, their checksum; little endian. */

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** CRC-32C (Castagnoli), bits reflected: one entry for each byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}

/** As TFRecord stores it: a checksum of data that hold their own checksum says little, so that it is turned and shifted. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES + CHECKSUM_BYTES + data.length + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, masked(crc32c(bytes.subarray(0, LENGTH_BYTES))), true);
  bytes.set(data, LENGTH_BYTES + CHECKSUM_BYTES);
  view.setUint32(bytes.length - CHECKSUM_BYTES, masked(crc32c(data)), true);
  return bytes;
}
