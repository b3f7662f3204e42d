import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { greatestDifference, makeProject, runIn, trainIn, trainOnEachNode } from './native/project.ts';
import { softwareGpu } from './native/software-gpu.ts';

/** No Vulkan at all. */
const nothing = { VK_ICD_FILENAMES: '/nowhere.json', LD_LIBRARY_PATH: '/nowhere' };

const driver = softwareGpu.VK_ICD_FILENAMES;
const runs = existsSync(driver) || process.env['CI'] === 'true';
if (!runs) console.warn(`NOT RUN: WebGPU in Node needs the SwiftShader of Debian's chromium, ${driver}.`);

describe.runIf(runs)('WebGPU in Node', () => {
  let root = '';
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ganzoo-webgpu-project-')));
    makeProject(root, ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0', '@tensorflow/tfjs@4.22.0']);
  }, 300_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('trains as wasm does, on each Node; by itself, auto takes no GPU in software, and says why', () => {
    for (const { asked, wasm } of trainOnEachNode(root, 'webgpu', softwareGpu)) {
      expect(asked).toMatchObject({ name: 'webgpu', epsilon: 1e-7, tensors: 0 });
      expect(asked.device).toMatch(/^CPU, WebGPU in software \(SwiftShader/);
      expect(wasm.name).toBe('wasm');
      expect(greatestDifference(asked, wasm), `Node ${asked.node}`).toBeLessThan(1e-3);
    }

    const auto = trainIn(root, 'auto', softwareGpu).asked;
    expect(auto.name).toBe('wasm');
    expect(auto.refused.find(({ name }) => name === 'webgpu')?.reason).toMatch(/^its only adapter computes on the CPU, slower than wasm: SwiftShader/);
    expect(() => trainIn(root, 'webgpu', nothing)).toThrow(/'webgpu': Dawn found no adapter: it needs a GPU/);
  });

  test('fails a reading after a buffer was refused or the device lost, and reads again once it is chosen again', () => {
    const [tooLarge, again, lost, renewed] = runIn<(number | string)[]>(root, 'spoil.ts', [], softwareGpu);
    expect(tooLarge).toMatch(/^Error: GPUValidationError: Buffer size \(40000000000\) exceeds the max buffer size limit/);
    expect(lost).toMatch(/^Error: its device was lost \(destroyed: /);
    expect([again, renewed]).toEqual([3, 3]);
  });
});
