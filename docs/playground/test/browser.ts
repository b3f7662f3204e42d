/** Opens the playground and reads what it shows. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { executablePath } from '../../test/chromium.ts';

/** A worker of the page, kept by the script below so that a test can slip it an order. */
type Kept = typeof globalThis & { workers: Worker[]; longTasks: number[] };

export interface Opened {
  readonly page: Page;
  /** What the page complained of. */
  readonly complaints: string[];
}

let browser: Browser | undefined;

export async function open(address: string, options: BrowserContextOptions & { readonly waits?: boolean } = {}): Promise<Opened> {
  browser ??= await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  const { waits = true, ...context } = options;
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, ...context });
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    const kept = globalThis as Kept;
    kept.workers = [];
    kept.longTasks = [];
    kept.Worker = class extends Worker {
      constructor(url: string | URL, settings?: WorkerOptions) {
        super(url, settings);
        kept.workers.push(this);
      }
    };
    new PerformanceObserver((list) => kept.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(address);
  if (waits) await expect.poll(() => read(page, 'distance'), { timeout: 60_000 }).toBeGreaterThan(0);
  return { page, complaints };
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

/** Drops every page, so that none takes time from the next. */
export async function closePages(): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close();
}

/** One of the numbers beside the picture; NaN where there is none. */
export async function read(page: Page, number: 'step' | 'critic' | 'modes' | 'quality' | 'distance' | 'speed'): Promise<number> {
  const text = await page.locator(`[data-number=${number}]`).textContent({ timeout: 20_000 });
  return Number.parseFloat((text ?? '').replaceAll(',', ''));
}

export const reach = (page: Page, step: number): Promise<void> => expect.poll(() => read(page, 'step'), { timeout: 300_000 }).toBeGreaterThanOrEqual(step);

export const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** Presses Pause and waits until nothing moves. */
export async function pause(page: Page): Promise<number> {
  await press(page, 'Pause');
  let before = -1;
  for (;;) {
    const step = await read(page, 'step');
    if (step === before) return step;
    before = step;
    await page.waitForTimeout(500);
  }
}

/** The plane, pixel for pixel. */
export const picture = (page: Page): Promise<string> =>
  page.locator('canvas.plane').evaluate((canvas: HTMLCanvasElement) => {
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    copy.getContext('2d')?.drawImage(canvas, 0, 0);
    return copy.toDataURL();
  });

export const longTasks = (page: Page): Promise<number[]> => page.evaluate(() => (globalThis as Kept).longTasks);

/** Gives the worker that trains an order of the test's own. */
export const order = (page: Page, message: unknown): Promise<void> => page.evaluate((data) => (globalThis as Kept).workers.at(-1)?.postMessage(data), message);
