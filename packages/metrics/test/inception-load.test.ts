import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { fidInceptionWeights } from '../src/inception/load.ts';
import { loadFidInception } from '../src/inception/node.ts';
import { writeSafetensors } from '../src/weights/safetensors.ts';

const bytes = writeSafetensors(new Map([['a', { shape: [1], values: Float32Array.of(1) }]]));
const sha256 = createHash('sha256').update(bytes).digest('hex');

test('the published file is the one of the release, by its whole hash', () => {
  expect(fidInceptionWeights.url).toContain(`6726825d.pth`);
  expect(fidInceptionWeights.sha256).toMatch(/^6726825d[0-9a-f]{56}$/);
});

test.each<[string, () => unknown, object, string]>([
  [
    'another file',
    () => bytes,
    {},
    `has the SHA-256 ${'%'}, expected ${fidInceptionWeights.sha256}. Get the file again; if it is another one on purpose, pass { sha256: '%' }, or { sha256: false } for no check.`,
  ],
  ['weights of another network', () => bytes, { sha256 }, "'the weights' has not the weights of the FID Inception network"],
  ['no hash', () => bytes, { sha256: 'abc' }, "sha256 must be 64 hexadecimal digits, or false for no check, got 'abc'."],
  ['a web page', () => new TextEncoder().encode('<html>'), { sha256: false }, "'the weights' (6 bytes) is neither a .pth of PyTorch nor safetensors"],
  ['no file', () => join(tmpdir(), 'ganzoo-no-such-folder', 'none.pth'), {}, 'ENOENT'],
  ['no server', () => 'http://127.0.0.1:9/x', { cache: false }, "cannot download 'http://127.0.0.1:9/x': fetch failed"],
  ['a number', () => 3, {}, 'the weights must be bytes (a Uint8Array or ArrayBuffer) or a URL, got number.'],
  ['an unknown option', () => bytes, { resize: 'clean' }, "unknown option 'resize'. Valid options: cache, preprocessing, sha256."],
  [
    'an unknown preprocessing',
    () => bytes,
    { preprocessing: 'dirty' },
    "preprocessing must be one of 'legacy-tensorflow', 'legacy-pytorch', 'clean', got 'dirty'.",
  ],
  ['no cache', () => bytes, { cache: true }, "cache must be a folder, or false for none, got 'true'."],
])('%s is refused', async (_, source, options, message) => {
  await expect(loadFidInception(source() as string, options)).rejects.toThrow(message.replaceAll('%', sha256));
});
