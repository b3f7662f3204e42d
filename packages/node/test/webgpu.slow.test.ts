import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { greatestDifference, makeProject, trainIn } from './native/project.ts';

/** SwiftShader, a GPU in software, which Debian's chromium brings. */
const folder = '/usr/lib/chromium';
const driver = `${folder}/vk_swiftshader_icd.json`;
const software = { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: folder, XDG_RUNTIME_DIR: '/tmp' };
/** No Vulkan at all. */
const nothing = { VK_ICD_FILENAMES: '/nowhere.json', LD_LIBRARY_PATH: '/nowhere' };

test('WebGPU in Node trains as wasm does; by itself, auto takes no GPU in software, and says why', () => {
  if (!existsSync(driver) && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: WebGPU in Node needs the SwiftShader of Debian's chromium, ${driver}.`);
    return;
  }
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ganzoo-webgpu-project-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  makeProject(root, ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0', '@tensorflow/tfjs@4.22.0']);
  const { asked, wasm } = trainIn(root, 'webgpu', software);
  expect(asked).toMatchObject({ name: 'webgpu', epsilon: 1e-7, tensors: 0 });
  expect(asked.device).toMatch(/^CPU, WebGPU in software \(SwiftShader/);
  expect(wasm.name).toBe('wasm');
  expect(greatestDifference(asked, wasm)).toBeLessThan(1e-3);

  const auto = trainIn(root, 'auto', software).asked;
  expect(auto.name).toBe('wasm');
  expect(auto.refused.find(({ name }) => name === 'webgpu')?.reason).toMatch(/^its only adapter computes on the CPU, slower than wasm: SwiftShader/);
  expect(() => trainIn(root, 'webgpu', nothing)).toThrow(/'webgpu': Dawn found no adapter: it needs a GPU/);
});
