import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { film } from '@ganzoo/node';
import sharp from 'sharp';
import { expect, test } from 'vitest';

test('a film of many large pictures takes memory for some of their pixels only', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ganzoo-film-'));
  try {
    // 1.4 GB when decoded.
    for (let step = 0; step < 80; step++) {
      const color = `rgb(${step * 3}, 90, ${255 - step * 3})`;
      const overlay = { input: { text: { text: `step ${step}`, dpi: 900 } } };
      const png = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: color } })
        .composite([overlay])
        .png()
        .toBuffer();
      await writeFile(join(dir, `step-${String(step).padStart(6, '0')}.png`), png);
    }
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
    const { frames, width, height } = await film({ dir, out: join(dir, 'film.webp') });
    clearInterval(watch);
    expect(frames).toBe(80);
    expect(width * height * frames).toBeLessThanOrEqual(64e6);
    expect(width * height * frames).toBeGreaterThan(60e6);
    expect(width / height).toBeCloseTo(1.5, 2);
    console.log(`a film of ${frames} frames of ${width} x ${height} took ${Math.round((most - before) / 1e6)} MB`);
    expect(most - before).toBeLessThan(500e6);
  } finally {
    await rm(dir, { recursive: true });
  }
});
