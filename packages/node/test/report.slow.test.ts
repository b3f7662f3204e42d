import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { savePng, writeReport } from '@ganzoo/node';
import { decode } from 'fast-png';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

let dir = '';
let browser: Browser | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-report-'));
});
afterEach(async () => {
  await browser?.close();
  browser = undefined;
  await rm(dir, { recursive: true });
});

function isMissing(): boolean {
  if (executablePath || process.env['CI'] === 'true') return false;
  console.warn('NOT RUN: opening a report needs chromium.');
  return true;
}

/** A run of 400 steps with six pictures, and a name that wants to be HTML. */
async function writeRun(): Promise<string> {
  const name = `<b>dcgan</b><script>document.title='got in'</script>`;
  const gan = { name, config: { players: { discriminator: {}, generator: {} }, latentDim: 100 } };
  const lines: object[] = [{ gan, seed: 7, backend: 'wasm', step: 0, steps: 400, batchSize: 64 }];
  for (let step = 1; step <= 400; step++) {
    const losses = { 'discriminator/real': step === 200 ? null : 1 / step, 'discriminator/accuracy': 0.5 + step / 1000, 'generator/fake': step / 100 };
    lines.push({ step, realSamples: step * 64, seconds: step / 10, ...losses });
    if (step % 100 === 0) lines.push({ step, realSamples: step * 64, seconds: step / 10, [`${name}/mean`]: 100 / step, fid: null });
  }
  await writeFile(join(dir, 'log.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  for (let step = 0; step <= 400; step += 80) {
    const data = new Uint8Array(200 * 200).fill(step / 2);
    await savePng(join(dir, 'samples', `step-${String(step).padStart(6, '0')}.png`), { width: 200, height: 200, channels: 1, data });
  }
  return writeReport({ dir });
}

/** The page, and whatever it complained of or asked for besides itself. */
async function opened(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; complaints: string[] }> {
  browser ??= await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  const { href } = pathToFileURL(path);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => request.url() !== href && !request.url().startsWith('data:') && complaints.push(`asked for ${request.url()}`));
  await page.goto(href);
  return { page, complaints };
}

/** How many pixels of a chart are of that colour, about. */
async function pixelsOf(page: Page, chart: number, colour: readonly number[]): Promise<number> {
  const { data, channels } = decode(await page.locator('canvas').nth(chart).screenshot());
  let count = 0;
  for (let i = 0; i < data.length; i += channels) if (colour.every((value, channel) => Math.abs((data[i + channel] as number) - value) < 30)) count++;
  return count;
}

const shownStep = (page: Page): Promise<string[]> =>
  page.$$eval('.samples img', (pictures) => pictures.filter((picture) => picture.checkVisibility()).map((picture) => picture.getAttribute('data-step') ?? ''));
/** Line 0 of a chart, see style.ts. */
const light = [0x0b, 0x63, 0xc5] as const;
const dark = [0x6c, 0xb2, 0xff] as const;

test('the page draws its charts, asks for nothing and complains of nothing', async () => {
  if (isMissing()) return;
  const { page, complaints } = await opened(await writeRun());
  expect(await page.title()).toBe(`<b>dcgan</b><script>document.title='got in'</script>`);
  expect(await page.locator('canvas').count()).toBe(5);
  for (const chart of [0, 1, 2, 3]) expect(await pixelsOf(page, chart, light)).toBeGreaterThan(200);
  // Nothing but null: an empty chart.
  expect(await pixelsOf(page, 4, light)).toBe(0);
  expect(await page.locator('b').count()).toBe(0);
  const picture = page.locator('.samples img:not([hidden])');
  expect(await picture.evaluate((image: HTMLImageElement) => [image.complete, image.naturalWidth, image.clientWidth])).toEqual([true, 200, 400]);
  expect(complaints).toEqual([]);
});

test('the slider shows the picture of its step, by mouse and by keyboard', async () => {
  if (isMissing()) return;
  const { page, complaints } = await opened(await writeRun());
  expect(await shownStep(page)).toEqual(['400']);
  await page.locator('#slider').focus();
  await page.keyboard.press('ArrowLeft');
  expect(await shownStep(page)).toEqual(['320']);
  expect(await page.locator('#step').textContent()).toBe('step 320');
  expect(await page.locator('#slider').getAttribute('aria-valuetext')).toBe('step 320');
  await page.keyboard.press('Home');
  expect(await shownStep(page)).toEqual(['0']);
  const box = await page.locator('#slider').boundingBox();
  if (!box) throw new Error('the slider is not shown');
  await page.mouse.click(box.x + box.width * 0.41, box.y + box.height / 2);
  expect(await shownStep(page)).toEqual(['160']);
  expect(complaints).toEqual([]);
});

test('arrow keys read the values of a chart', async () => {
  if (isMissing()) return;
  const { page } = await opened(await writeRun());
  const legend = page.locator('.plot').nth(1).locator('.u-legend');
  expect(await legend.textContent()).toContain('fake–');
  await page.locator('.plot').nth(1).focus();
  await page.keyboard.press('End');
  await expect.poll(() => legend.textContent()).toMatch(/step400fake4$/);
  await page.keyboard.press('Home');
  await expect.poll(() => legend.textContent()).toMatch(/step1fake0\.01$/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => legend.textContent()).toMatch(/step5fake0\.05$/);
});

test('on a phone and in the dark', async () => {
  if (isMissing()) return;
  const { page, complaints } = await opened(await writeRun(), { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true, colorScheme: 'dark' });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(15, 18, 22)');
  expect(await pixelsOf(page, 0, dark)).toBeGreaterThan(100);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => pixelsOf(page, 0, light)).toBeGreaterThan(100);
  await page.setViewportSize({ width: 800, height: 360 });
  await expect
    .poll(() =>
      page
        .locator('.uplot')
        .first()
        .evaluate((plot) => plot.clientWidth),
    )
    .toBeGreaterThan(600);
  expect(complaints).toEqual([]);
});

test('without JavaScript it shows the last picture', async () => {
  if (isMissing()) return;
  const { page } = await opened(await writeRun(), { javaScriptEnabled: false });
  expect(await page.locator('.samples img:not([hidden])').getAttribute('data-step')).toBe('400');
  expect(await page.locator('noscript').first().isVisible()).toBe(true);
});
