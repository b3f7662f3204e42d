import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const clone = mkdtempSync(join(tmpdir(), 'ganzoo-clone-'));
afterAll(() => rmSync(clone, { recursive: true, force: true }));

it('starts from a copy that has nothing installed, by npm alone', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name && existsSync(join(root, name))))
    cpSync(join(root, file), join(clone, dirname(file), file.slice(file.lastIndexOf('/') + 1)));
  const npm = spawnSync('npm', ['start', '--', '--steps', '2', '--batch-size', '4'], { cwd: clone, encoding: 'utf8' });
  expect(npm.stdout + npm.stderr).toContain('step 2/2');
  expect(npm.status).toBe(0);
  expect(existsSync(join(clone, 'runs/mnist-dcgan/samples/step-000002.png'))).toBe(true);
  expect(existsSync(join(clone, 'runs/mnist-dcgan/generator/model.json'))).toBe(true);
  expect(npm.stdout).toMatch(/By 2,000 samples: frechet \S+ \(real ones \S+\), score \S+ \(real ones \S+\)\./);
});
