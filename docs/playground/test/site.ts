/** Builds the playground's page and serves it to a browser. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Says so loudly where a browser is missing; in CI it must be there. */
export function isMissing(): boolean {
  if (executablePath || process.env['CI'] === 'true') return false;
  console.warn('NOT RUN: opening the playground needs chromium.');
  return true;
}

export interface Site {
  readonly address: string;
  readonly close: () => Promise<void>;
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

export async function buildSite(): Promise<Site> {
  const [vitepress, source] = [new URL('../../node_modules/.bin/vitepress', import.meta.url), new URL('site', import.meta.url)].map((url) =>
    fileURLToPath(url),
  );
  const dir = await mkdtemp(join(tmpdir(), 'ganzoo-playground-'));
  // Vitest marks what it starts as tests, which the build would take for a mode of its own.
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  await promisify(execFile)(vitepress as string, ['build', source as string, '--outDir', dir], { env });
  const server = await serve(dir);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/playground.html`,
    close: async () => {
      server.close();
      await rm(dir, { recursive: true });
    },
  };
}

async function serve(dir: string): Promise<Server> {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    if (path === '/favicon.ico') return response.writeHead(204).end();
    const bytes = await readFile(join(dir, path)).catch(() => undefined);
    response.statusCode = bytes ? 200 : 404;
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
