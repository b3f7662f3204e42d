import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadFidInception as loadInBrowser } from '../src/inception/load.ts';
import { loadFidInception } from '../src/inception/node.ts';
import { publishedShapes } from '../src/inception/parameters.ts';
import { writeSafetensors } from '../src/weights/safetensors.ts';

let folder: string;
let cache: string;
let path: string;
let bytes: Uint8Array;
let sha256: string;
let server: Server;
let url: string;
let downloads = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const tensors = new Map(
    [...publishedShapes()].map(([name, shape]) => [name, { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) }]),
  );
  bytes = writeSafetensors(tensors);
  sha256 = createHash('sha256').update(bytes).digest('hex');
  folder = mkdtempSync(join(tmpdir(), 'ganzoo-inception-'));
  cache = join(folder, 'cache');
  path = join(folder, 'weights.safetensors');
  writeFileSync(path, bytes);
  server = createServer((request, response) => {
    downloads++;
    response.writeHead(request.url === '/weights' ? 200 : 404).end(request.url === '/weights' ? bytes : 'no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  downloads = 0;
  rmSync(cache, { recursive: true, force: true });
});

const loads = async (loading: Promise<{ dispose(): void }>): Promise<void> => (await loading).dispose();
const copy = (): string => join(cache, `fid-inception-1-${sha256}.safetensors`);

test('bytes, buffers, paths and URLs load; options are kept', async () => {
  await loads(loadInBrowser(bytes, { sha256 }));
  await loads(loadInBrowser(bytes.slice().buffer as ArrayBuffer, { sha256: sha256.toUpperCase() }));
  await loads(loadInBrowser(new URL(url), { sha256: false }));
  await loads(loadFidInception(bytes, { sha256, cache: false }));
  await loads(loadFidInception(pathToFileURL(path), { sha256, cache: false }));
  const network = await loadFidInception(path, { sha256: false, cache: false, preprocessing: 'clean' });
  expect(network.preprocessing).toBe('clean');
  network.dispose();
});

describe('the cache', () => {
  test('a URL is downloaded once; a damaged copy is made anew', async () => {
    await loads(loadFidInception(url, { sha256, cache }));
    expect(readdirSync(cache)).toEqual([copy().slice(cache.length + 1)]);
    const whole = readFileSync(copy());
    await loads(loadFidInception(url, { sha256: sha256.toUpperCase(), cache }));
    expect(downloads).toBe(1);

    const spoilt = Buffer.from(whole);
    spoilt[spoilt.length - 1] = (spoilt.at(-1) as number) ^ 1;
    for (const damaged of [spoilt, whole.subarray(0, 1000), Buffer.alloc(0)]) {
      writeFileSync(copy(), damaged);
      await loads(loadFidInception(url, { sha256, cache }));
      expect(whole.equals(readFileSync(copy()))).toBe(true);
    }
    expect(downloads).toBe(4);
    expect(readdirSync(cache).length).toBe(1);
  });

  test('an address without a file is refused', async () => {
    await expect(loadFidInception(url.replace('weights', 'none'), { cache })).rejects.toThrow(
      'the server says 404 Not Found. Check the address, or pass the bytes.',
    );
  });

  test('a copy of a path serves the URL; without a known hash it is downloaded', async () => {
    await loads(loadFidInception(path, { sha256, cache }));
    await loads(loadFidInception(url, { sha256, cache }));
    expect(downloads).toBe(0);
    await loads(loadFidInception(url, { sha256: false, cache }));
    expect(downloads).toBe(1);
  });

  test('what lies at a path is read all the same', async () => {
    await loads(loadFidInception(path, { sha256, cache }));
    const other = join(folder, 'other.safetensors');
    writeFileSync(other, bytes.subarray(0, 100));
    await expect(loadFidInception(other, { sha256, cache })).rejects.toThrow(`(100 bytes) has the SHA-256`);
  });

  test('where it cannot be written to, that is said', async () => {
    await expect(loadFidInception(path, { sha256, cache: join(path, 'inside') })).rejects.toThrow(
      /cannot keep converted weights in .*(ENOTDIR|EEXIST).*Pass \{ cache \} with a folder that can be written to, or \{ cache: false \}/,
    );
  });
});
