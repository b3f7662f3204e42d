import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Run } from '@ganzoo/core';
import { savePng, watch } from '@ganzoo/node';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

let dir = '';
let browser: Browser | undefined;
let child: ChildProcess | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-watch-'));
});
afterEach(async () => {
  await browser?.close();
  child?.kill('SIGKILL');
  [browser, child] = [undefined, undefined];
  await rm(dir, { recursive: true });
});

function isMissing(): boolean {
  if (executablePath || process.env['CI'] === 'true') return false;
  console.warn('NOT RUN: watching a run needs chromium.');
  return true;
}

const header = {
  gan: { name: 'dcgan', config: { players: { discriminator: {}, generator: {} } } },
  seed: 7,
  backend: 'wasm',
  step: 0,
  steps: 4000,
  batchSize: 16,
};
const line = (step: number, more: object = {}): object => {
  const losses = { 'discriminator/real': Math.sin(step / 100), 'discriminator/fake': 0.5, 'discriminator/accuracy': 0.75, 'generator/fake': step / 1000 };
  return { step, realSamples: step * 16, seconds: step / 25, ...losses, ...more };
};
const log = (...lines: object[]): Promise<void> => appendFile(join(dir, 'log.jsonl'), lines.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
const picture = (step: number): Promise<void> => {
  const data = Uint8Array.from({ length: 240 * 240 }, (_, index) => (index * step) % 256);
  return savePng(join(dir, 'samples', `step-${String(step).padStart(6, '0')}.png`), { width: 240, height: 240, channels: 1, data });
};

async function opened(url: string): Promise<{ page: Page; loads: () => number; complaints: string[] }> {
  browser ??= await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const complaints: string[] = [];
  let loads = 0;
  page.on('load', () => loads++);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => !request.url().startsWith(url) && !request.url().startsWith('data:') && complaints.push(`asked for ${request.url()}`));
  await page.goto(url);
  return { page, loads: () => loads, complaints };
}

const shown = async (page: Page): Promise<{ step: string | null; caption: string | null; steps: string | null }> => ({
  step: await page.locator('#step').textContent(),
  caption: await page.locator('.chart figcaption').nth(1).textContent(),
  steps: await page.locator('dd').first().textContent(),
});

test('a page goes on with its run, loads anew for a curve it has not, and stays when the run ends', async () => {
  if (isMissing()) return;
  await log(header, line(10), line(20));
  await picture(0);
  await picture(20);
  let url = '';
  const callback = watch({ dir, onReady: (at) => (url = at) });
  await callback.onStart?.({} as Run);
  const { page, loads, complaints } = await opened(url);
  await page.waitForSelector('text=Live.');
  expect(await shown(page)).toEqual({ step: 'step 20', caption: 'generator fake 0.02', steps: '20 of 4,000' });

  await log(line(30), line(40));
  await picture(40);
  await expect.poll(() => shown(page), { timeout: 10_000 }).toEqual({ step: 'step 40', caption: 'generator fake 0.04', steps: '40 of 4,000' });
  expect(await page.$eval('.samples img:not([hidden])', (image) => (image as HTMLImageElement).naturalWidth)).toBe(240);
  const drawn = await page.evaluate(() => (window as unknown as { report: { charts: { steps: number[] }[] } }).report.charts.map((chart) => chart.steps));
  expect(drawn).toEqual([1, 2, 3].map(() => [10, 20, 30, 40]));
  expect(loads()).toBe(1);

  // Who looks at an earlier picture goes on looking at it.
  await page.locator('#slider').press('Home');
  await log(line(50, { fid: 80 }));
  await picture(50);
  await expect.poll(loads, { timeout: 10_000 }).toBe(2);
  await page.waitForSelector('text=Live.');
  expect(await page.locator('.chart figcaption').last().textContent()).toBe('fid 80');
  await page.locator('#slider').press('Home');
  await picture(60);
  await log(line(60));
  await expect.poll(async () => (await shown(page)).steps, { timeout: 10_000 }).toBe('60 of 4,000');
  expect((await shown(page)).step).toBe('step 0');

  await page.locator('#slider').press('End');
  await log(line(70, { kid: 3 }));
  await picture(70);
  await callback.onEnd?.({} as Run);
  await page.waitForSelector('text=The training has ended.');
  // Nobody was asked for this picture, or for the curve that the page has not.
  await expect.poll(() => shown(page)).toEqual({ step: 'step 70', caption: 'generator fake 0.07', steps: '70 of 4,000' });
  expect(await page.$eval('.samples img:not([hidden])', (image) => (image as HTMLImageElement).naturalWidth)).toBe(240);
  expect(loads()).toBe(2);
  expect(complaints).toEqual([]);
});

test('takes less than one in a hundred of the time of a core', async () => {
  if (isMissing()) return;
  const [before, seconds] = [20_000, 20];
  await log(header, ...Array.from({ length: before / 10 }, (_, index) => line(10 * (index + 1))));
  const file = fileURLToPath(new URL('watch-child.ts', import.meta.url));
  const conditions = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  child = fork(file, [dir], { execArgv: [...conditions, '--import', 'tsx'] });
  const heard = <T>(): Promise<T> => new Promise((resolve) => child?.once('message', (word) => resolve(word as T)));
  const { url } = await heard<{ url: string }>();
  const { page } = await opened(url);
  await page.waitForSelector('text=Live.');

  child.send('begin');
  await heard();
  // Ten lines and half a picture a second: four times what a DCGAN on digits writes.
  let step = before;
  for (const from = Date.now(); Date.now() - from < seconds * 1000;) {
    await log(line((step += 10)));
    if (step % 200 === 0) await picture(step);
    await wait(100);
  }
  child.send('end');
  const { cpuSeconds } = await heard<{ cpuSeconds: number }>();
  console.log(`serving took ${((100 * cpuSeconds) / seconds).toFixed(2)} % of a core while one browser watched`);
  await expect.poll(async () => (await shown(page)).steps).toBe(`${step.toLocaleString('en')} of 4,000`);
  expect(cpuSeconds / seconds).toBeLessThan(0.01);
});
