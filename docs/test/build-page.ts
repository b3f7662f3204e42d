import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from './serve.ts';

export interface Site {
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Builds a site of one page, the folder `source`, and serves it to a browser. */
export async function buildPage(source: URL, page: string): Promise<Site> {
  const vitepress = fileURLToPath(new URL('../node_modules/.bin/vitepress', import.meta.url));
  const dir = await mkdtemp(join(tmpdir(), 'ganzoo-page-'));
  // Vitest marks what it starts as tests, which the build would take for a mode of its own.
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  await promisify(execFile)(vitepress, ['build', fileURLToPath(source), '--outDir', dir], { env });
  const { server, origin } = await serve(dir);
  return {
    address: `${origin}/${page}`,
    close: async () => {
      server.close();
      await rm(dir, { recursive: true });
    },
  };
}
