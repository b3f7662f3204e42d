import { GanzooError } from '@ganzoo/core';

const SCOPE = 'metrics/weights';

/** SHA-256 of bytes, in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // Browsers leave it out of pages that came by plain http.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new GanzooError(
      SCOPE,
      'a SHA-256 cannot be computed: this page has no crypto.subtle. Serve it by https, or do without: { sha256: false } for weights, no cache for statistics.',
    );
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Throws unless `expected` is false or 64 hexadecimal digits. */
export function expectSha256Option(expected: unknown): asserts expected is string | false {
  if (expected === false || (typeof expected === 'string' && /^[0-9a-f]{64}$/i.test(expected))) return;
  throw new GanzooError(
    SCOPE,
    `sha256 must be 64 hexadecimal digits, or false for no check, got ${typeof expected === 'string' ? `'${expected}'` : String(expected)}.`,
  );
}

/** Throws when bytes are not those expected; false expects nothing. @returns their SHA-256 */
export async function expectSha256(bytes: Uint8Array, expected: string | false, name: string): Promise<string> {
  const actual = await sha256(bytes);
  if (expected !== false && actual !== expected.toLowerCase()) {
    throw new GanzooError(
      SCOPE,
      `'${name}' (${bytes.length} bytes) has the SHA-256 ${actual}, expected ${expected.toLowerCase()}. Get the file again; if it is another one on purpose, pass { sha256: '${actual}' }, or { sha256: false } for no check.`,
    );
  }
  return actual;
}
