const SCAN = 0xda;
const APP0 = 0xe0;
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0];
/** Frames whose scans hold all of a coefficient: baseline, and the same of 12 bits. */
const SEQUENTIAL = new Set([0xc0, 0xc1]);
/** Frames of other kinds, in which a scan says what part of a coefficient it holds. */
const OTHERS = new Set([0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

/**
 * Puts right, in place, numbers in a JPEG's headers on which its pixels do not depend, and which every other viewer ignores: the
 * decoder takes wrong ones for damage, like any other. They are the version of JFIF, and what the scans of a sequential JPEG say
 * of the coefficients they hold, where some phones leave zeros.
 */
export function repairHeaders(bytes: Uint8Array): void {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return;
  let components = 0;
  for (let at = nextMarker(bytes, 2); at >= 0;) {
    const marker = bytes[at] as number;
    const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    if (OTHERS.has(marker)) return;
    if (SEQUENTIAL.has(marker)) components = bytes[at + 8] ?? 0;
    if (marker === APP0 && bytes.length > at + 8 && JFIF.every((code, index) => bytes[at + 3 + index] === code)) bytes[at + 8] = 1;
    if (marker === SCAN) {
      const inScan = bytes[at + 3] ?? 0;
      const selection = at + 4 + 2 * inScan;
      // Behind its components a scan's header has room for nothing else, and before a frame there is none.
      if (components === 0 || length !== 6 + 2 * inScan || selection + 3 > bytes.length) return;
      bytes.set([0, 63, 0], selection);
      // All the colours in one scan: no other follows, and there is no need to walk over the pixels.
      if (inScan === components) return;
    }
    at = nextMarker(bytes, at + 1 + length);
  }
}

/** Where the next marker's code is; -1 at the end. In pixels an escaped 0xff and restarts are none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code === 0xd9) return -1;
    if (code !== 0 && code !== 0xff && code !== 1 && !(code >= 0xd0 && code <= 0xd8)) return at + 1;
  }
  return -1;
}
