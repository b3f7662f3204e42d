import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingForNative, preparedProject, source } from './native/project.ts';

/** Some of what oneDNN generates keeps numbers where a signal's handler writes. None of the ops used here may be among it. */
test('training on TensorFlow survives thousands of signals a second', () => {
  const missing = missingForNative();
  if (missing.length > 0 && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: training on native TensorFlow under signals needs ${missing.join(', ')}.`);
    return;
  }
  const file = fileURLToPath(new URL('native/bombarded.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...source, file], {
    cwd: preparedProject('tfjs-node'),
    encoding: 'utf8',
    timeout: 300_000,
  });
  const received = Number(/SURVIVED (\d+) signals/.exec(stdout)?.[1]);
  expect(received, `ended with ${status ?? signal}: ${stderr.slice(-500)}`).toBeGreaterThan(5000);
});
