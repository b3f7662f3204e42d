import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const root = fileURLToPath(new URL('..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ganzoo-page-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('draws digits, then others, and says what it cannot open', async () => {
  if (!executablePath && process.env['CI'] !== 'true') {
    console.warn('NOT RUN: the page needs chromium.');
    return;
  }
  // Vitest's own settings are not for what is built here.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  execFileSync(join(root, 'node_modules/.bin/vite'), ['build', '--outDir', out, '--emptyOutDir', '--logLevel', 'error'], { cwd: root, env, stdio: 'inherit' });
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
  const server = createServer(({ url = '/' }, response) => {
    const file = join(out, new URL(url, 'http://page').pathname.replace(/\/$/, '/index.html'));
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.setHeader('content-type', types[extname(file)] ?? 'text/plain').end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => !request.url().startsWith(address) && !/^(data|blob):/.test(request.url()) && complaints.push(request.url()));
    const pixels = (): Promise<number[]> =>
      page.$eval('canvas', (canvas) => {
        const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height);
        return [
          canvas.width,
          canvas.height,
          data.filter((value, at) => at % 4 === 0 && value > 200).length,
          data.reduce((sum, value, at) => (sum * 31 + value * at) % 1e9, 0),
        ];
      });
    await page.goto(address);
    await page.waitForSelector('text=64 samples in');
    const [width, height, bright, first] = await pixels();
    expect([width, height]).toEqual([224, 224]);
    // Strokes cover an eighth of a digit, about.
    expect(bright).toBeGreaterThan(0.05 * 224 * 224);
    expect(bright).toBeLessThan(0.3 * 224 * 224);
    await page.click('#others');
    await expect.poll(async () => (await pixels())[3]).not.toBe(first);
    await page.goto(`${address}?model=/nowhere/model.json`);
    await page.waitForSelector('text=/nowhere/');
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    server.close();
  }
});
