import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Undefined, and said loudly, where there is none; where CI is true it must be there. */
export async function launchChromium(what: string): Promise<Browser | undefined> {
  if (executablePath) return chromium.launch({ executablePath, args: ['--no-sandbox'] });
  if (isMissing(what)) return undefined;
  throw new Error(`no Chromium in /usr/bin: ${what} needs one.`);
}

/** Says so loudly where a browser is missing; in CI it must be there. */
export function isMissing(what: string): boolean {
  if (executablePath || process.env['CI'] === 'true') return false;
  console.warn(`NOT RUN: ${what} needs chromium.`);
  return true;
}
