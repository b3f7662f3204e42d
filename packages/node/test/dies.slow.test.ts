import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Died } from './native/die.ts';
import { makeProject, missingForNative, preparedProject, runIn } from './native/project.ts';
import { softwareGpu } from './native/software-gpu.ts';

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ganzoo-dies-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function expectRecovery(died: Died, backend: string, said: string): void {
  expect(died).toMatchObject({ backend, isTold: true, saved: 4 });
  expect(died.message).toMatch(new RegExp(`the backend '${backend}' failed at step ${died.step}: ${said}.*Trainer\\.load\\(store, gan\\)`));
  expect(died.logged).toMatchObject({ failure: died.message });
  expect(died.files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(died.files).toContain('checkpoint.safetensors');
  const [again, whole] = died.losses;
  expect(Object.keys(again).length).toBeGreaterThan(2);
  for (const [term, value] of Object.entries(whole)) expect(again[term], term).toBeCloseTo(value, 4);
}

test('TensorFlow that runs out of memory in the middle of a training: named, and the run goes on from its checkpoint', () => {
  const missing = missingForNative();
  if (missing.length > 0 && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: native TensorFlow without memory needs ${missing.join(', ')}.`);
    return;
  }
  const died = runIn<Died>(preparedProject('tfjs-node'), 'die.ts', ['tensorflow', temporary()]);
  expect(died.step).toBe(5);
  expectRecovery(died, 'tensorflow', 'OOM when allocating tensor with shape\\[1000000,1000000\\]');
});

test('a WebGPU device that is lost in the middle of a training: named, and the run goes on from its checkpoint on another', () => {
  if (!existsSync(softwareGpu.VK_ICD_FILENAMES) && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: a lost WebGPU device needs the SwiftShader of Debian's chromium, ${softwareGpu.VK_ICD_FILENAMES}.`);
    return;
  }
  const root = temporary();
  makeProject(root, ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0', '@tensorflow/tfjs@4.22.0']);
  const died = runIn<Died>(root, 'die.ts', ['webgpu', temporary()], softwareGpu);
  // A lost device shows in a reading: the log's, of the step after.
  expect(died.step).toBe(6);
  expectRecovery(died, 'webgpu', 'its device was lost \\(destroyed: ');
});
