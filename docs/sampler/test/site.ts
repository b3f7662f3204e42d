/** Builds the digits' page and serves it to a browser. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '../../test/serve.ts';

export interface Site {
  readonly address: string;
  readonly close: () => Promise<void>;
}

export async function buildSite(): Promise<Site> {
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
  const dir = await mkdtemp(join(tmpdir(), 'ganzoo-sampler-'));
  // Vitest marks what it starts as tests, which the build would take for a mode of its own.
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  await promisify(execFile)(path('../../node_modules/.bin/vitepress'), ['build', path('site'), '--outDir', dir], { env });
  const { server, origin } = await serve(dir);
  return {
    address: `${origin}/sample`,
    close: async () => {
      server.close();
      await rm(dir, { recursive: true });
    },
  };
}
