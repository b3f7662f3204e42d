import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Findings } from './browser/page.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** Runs `browser/page.ts` in a page of its own origin. */
async function inBrowser(): Promise<Findings> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['@ganzoo/source'],
    logLevel: 'silent',
  });
  const server = createServer(async ({ url = '/' }, response) => {
    if (url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(bundle.outputFiles[0]?.contents);
    if (url.startsWith('/wasm/')) return response.setHeader('content-type', 'application/wasm').end(await readFile(join(wasmFolder, url.slice(6))));
    return response.setHeader('content-type', 'text/html').end('<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    type Page = typeof globalThis & { findings?: Findings; failure?: string };
    const handle = await page.waitForFunction(() => (globalThis as Page).findings ?? (globalThis as Page).failure, undefined, { timeout: 300_000 });
    const found = await handle.jsonValue();
    if (typeof found === 'string') throw new Error(found);
    return found as Findings;
  } finally {
    await browser.close();
    server.close();
  }
}

test('a page trains, saves, loads and has right gradients on WASM', async () => {
  if (!executablePath && process.env['CI'] !== 'true') {
    console.warn('NOT RUN: the browser test needs chromium.');
    return;
  }
  const found = await inBrowser();
  expect(found).toMatchObject({ backend: 'wasm', threads: 1, leaked: 0, wrongGradients: [] });
  expect(found.gradients).toBeGreaterThan(50);
  expect(found.losses.length).toBeGreaterThan(2);
  expect(found.losses.every(Number.isFinite)).toBe(true);
  const [saved, loaded] = found.samples;
  expect(saved).toHaveLength(2 * 8 * 8);
  expect(new Set(saved).size).toBeGreaterThan(10);
  expect(loaded).toEqual(saved);
  expect(found.stock[1]).toBeLessThan((found.stock[0] as number) / 2);
});
