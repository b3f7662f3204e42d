import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Trainer } from '@ganzoo/core';
import { dcgan } from '@ganzoo/dcgan';
import { folder, loadGenerator, useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { serve } from './serve.ts';
import { pages } from './snippets/page.ts';

const require = createRequire(import.meta.url);
const tfjs = dirname(require.resolve('@tensorflow/tfjs/package.json'));
const wasm = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');

/** The block of the guide that loads a generator and draws, as a script for a page where TensorFlow.js is a global. */
function script(): string {
  const page = pages().find(({ path }) => path === 'docs/guide/deploy-to-the-browser.md');
  const block = page?.blocks.find(({ code }) => code.includes('toPixels'));
  if (!block) throw new Error('docs/guide/deploy-to-the-browser.md has no block with toPixels.');
  const { outputText } = ts.transpileModule(block.code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  return outputText.replace(/^import .*$/gm, '');
}

test("the guide's code draws in a page what the generator makes in Node", async () => {
  const browser = await launchChromium('drawing a generator in a page');
  if (!browser) return;
  const site = mkdtempSync(join(tmpdir(), 'ganzoo-page-'));
  await useBackend('wasm');
  const trainer = new Trainer(dcgan({ sampleShape: [28, 28, 1], latentDim: 8, widths: [8, 4], kernel: 4 }), { seed: 3 });
  await trainer.save(folder(site));
  const z = Array.from({ length: 8 }, (_, i) => Math.sin(i));
  const generator = await loadGenerator(site);
  const values = [...(await generator.generate(tf.tensor2d([z])).data())];

  mkdirSync(join(site, 'wasm'));
  for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm'))) copyFileSync(join(wasm, name), join(site, 'wasm', name));
  copyFileSync(join(tfjs, 'dist/tf.min.js'), join(site, 'tf.js'));
  copyFileSync(join(wasm, 'tf-backend-wasm.min.js'), join(site, 'tf-wasm.js'));
  const check = `const canvas = document.querySelector('canvas');
await draw(canvas, tf.tensor2d([${JSON.stringify(z)}]));
globalThis.drawn = { backend: tf.getBackend(), width: canvas.width, pixels: [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data] };`;
  const html = `<!doctype html><canvas></canvas><script src="/tf.js"></script><script src="/tf-wasm.js"></script>
<script type="module">const { setWasmPaths } = tf.wasm;\n${script()}\n${check}</script>`;
  writeFileSync(join(site, 'index.html'), html);

  const { server, origin } = await serve(site);
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(origin);
    await page.waitForFunction('globalThis.drawn', undefined, { timeout: 30_000 }).catch((cause: unknown) => errors.push(String(cause)));
    expect(errors).toEqual([]);
    const { backend, width, pixels } = await page.evaluate<{ backend: string; width: number; pixels: number[] }>('globalThis.drawn');
    expect([backend, width]).toEqual(['wasm', 28]);
    const apart = values.map((value, i) => Math.abs((pixels[4 * i] as number) - (value + 1) * 127.5));
    expect(Math.max(...apart)).toBeLessThan(2);
    expect(new Set(pixels).size).toBeGreaterThan(4);
  } finally {
    server.close();
    await browser.close();
    rmSync(site, { recursive: true });
  }
});
