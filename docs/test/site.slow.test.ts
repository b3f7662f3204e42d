import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { serve } from './serve.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));
const built = join(docs, '.vitepress/dist');
const phone = { viewport: { width: 390, height: 844 } };

let browser: Browser | undefined;
let server: Server | undefined;
let origin = '';

/** The gate `docs` has built the site before; anybody else builds it here. */
beforeAll(async () => {
  if (!existsSync(join(built, 'index.html'))) {
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: docs, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the docs do not build:\n${stdout}\n${stderr}`);
  }
  browser = await launchChromium('opening the docs');
  ({ server, origin } = await serve(built));
}, 600_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A page, and whatever it complained of or asked another host for, which it does not get. */
async function opened(path: string, options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const page = await (browser as Browser).newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route(
    (url) => url.origin !== origin,
    (route) => {
      complaints.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  await page.goto(origin + path, { waitUntil: 'networkidle' });
  return { page, complaints };
}

const widths = (page: Page): Promise<{ scroll: number; window: number }> =>
  page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, window: innerWidth }));

test.each(['/', '/guide/how-a-gan-is-put-together', '/variants/wgan-gp', '/packages/core', '/examples', '/papers', '/api/core/interfaces/GanSpec', '/zh/'])(
  '%s has nothing to complain of, by day, by night and on a phone',
  async (path) => {
    if (!browser) return;
    const brightness = (page: Page): Promise<number> =>
      page.evaluate(() => {
        const parts = getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? [];
        return Number(parts[0]);
      });
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await opened(path, { ...phone, colorScheme });
      expect(complaints).toEqual([]);
      const { scroll, window } = await widths(page);
      expect(scroll).toBeLessThanOrEqual(window);
      expect((await brightness(page)) > 128).toBe(colorScheme === 'light');
      await page.close();
    }
  },
);

test('formulas are drawn', async () => {
  if (!browser) return;
  const { page } = await opened('/guide/how-a-gan-is-put-together');
  const boxes = await page.$$eval('mjx-container svg', (formulas) => formulas.map((formula) => formula.getBoundingClientRect().width));
  expect(boxes.length).toBeGreaterThan(40);
  expect(Math.min(...boxes)).toBeGreaterThan(3);
  expect(await page.textContent('main')).not.toContain('\\mathbb');
});

test('a variant has its formula, its settings, its table and its pictures', async () => {
  if (!browser) return;
  const { page } = await opened('/variants/wgan-gp');
  expect(await page.locator('mjx-container[display=true]').count()).toBeGreaterThan(0);
  expect(await page.locator('td', { hasText: 'criticSteps' }).count()).toBeGreaterThan(0);
  const pictures = page.locator('td img');
  expect(await pictures.count()).toBeGreaterThan(3);
  await pictures.first().scrollIntoViewIfNeeded();
  expect(await pictures.first().evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBeGreaterThan(100);
});

test.each([
  ['/', 'gradientPenalty', '/api/core/functions/gradientPenalty'],
  ['/zh/guide/first-digits', '\u635f\u5931\u51fd\u6570', '/zh/guide/compose-a-loss'],
])('the search of %s finds %s without the network', async (path, words, address) => {
  if (!browser) return;
  const { page, complaints } = await opened(path);
  await page.locator('.VPNavBarSearch button').first().click();
  await page.locator('.VPLocalSearchBox input').fill(words);
  const results = page.locator('.VPLocalSearchBox .result');
  await results.first().waitFor();
  const found = await results.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(found.some((href) => href.startsWith(address))).toBe(true);
  expect(complaints).toEqual([]);
});

test('the Chinese pages say everything in Chinese, the words of the theme too', async () => {
  if (!browser) return;
  const { page } = await opened('/zh/guide/how-a-gan-is-put-together');
  expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
  const frame = await page.locator('.VPNav, .VPDocFooter, .VPDocAsideOutline').allTextContents();
  expect(frame.join(' ')).not.toMatch(/Search|On this page|Previous|Next page|Guide|Menu/);
  expect(frame.join(' ')).toMatch(/\u672c\u9875\u76ee\u5f55/);
});
