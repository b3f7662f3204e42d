import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { installer } from './installer-support.ts';
import { kept } from './native/nodes.ts';
import { greatestDifference, makeProject, missingForNative, trainOnEachNode } from './native/project.ts';

const missing = missingForNative();

test.each([
  ['tfjs-node', /^CPU, native TensorFlow 2\.\d+\.\d+$/],
  ['tfjs-node-gpu', /^CPU, native TensorFlow 2\.\d+\.\d+ \(@tensorflow\/tfjs-node-gpu uses no GPU: it runs on TensorFlow's build for the CPU/],
])('@tensorflow/%s on a current TensorFlow trains as wasm does', (name, device) => {
  if (missing.length > 0 && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: native TensorFlow (@tensorflow/${name}) needs ${missing.join(', ')}.`);
    return;
  }
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ganzoo-native-project-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  makeProject(root, [`@tensorflow/${name}@4.22.0`]);
  const install = (...more: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [installer, ...more, '--cache', join(kept, 'cache')], { cwd: root, encoding: 'utf8' });
    expect(`${status} ${stderr}`, stdout).toBe('0 ');
    return stdout;
  };
  expect(install('install')).toMatch(new RegExp(`@tensorflow/${name} works: TensorFlow 2\\.\\d+\\.\\d+ on the CPU`));
  expect(install('install')).toMatch(/^@tensorflow\/.* has it already: .* Nothing to do\.\n$/);
  expect(install('status')).toContain('works: TensorFlow 2.');

  const runs = trainOnEachNode(root, 'tensorflow');
  for (const { asked, wasm } of runs) {
    expect(asked).toMatchObject({ name: 'tensorflow', epsilon: 1e-7, tensors: 0 });
    expect(asked.device).toMatch(device);
    expect(wasm.name).toBe('wasm');
    for (const other of [wasm, runs[0]?.asked ?? asked]) expect(greatestDifference(asked, other), `Node ${asked.node}, ${other.name}`).toBeLessThan(1e-3);
  }
});
