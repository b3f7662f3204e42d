import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { film, savePng, writeReport } from '@ganzoo/node';
import { expect, test, vi } from 'vitest';

vi.mock('sharp', () => {
  throw new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions: ...');
});

test('without the binaries of sharp a film says how to get them, and a report shows the pictures as they are', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ganzoo-sharp-'));
  try {
    const path = join(dir, 'samples', 'step-000000.png');
    await savePng(path, { width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
    await writeFile(join(dir, 'log.jsonl'), '');
    await expect(film({ dir: join(dir, 'samples'), out: join(dir, 'film.webp') })).rejects.toThrow(
      /'sharp', which encodes pictures, does not load: .+npm install --include=optional sharp'\.$/,
    );
    const html = await readFile(await writeReport({ dir }), 'utf8');
    expect(html).toContain(`src="data:image/png;base64,${(await readFile(path)).toString('base64')}"`);
  } finally {
    await rm(dir, { recursive: true });
  }
});
