import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

function clangVersion(): string | undefined {
  try {
    return /version (\d+)/.exec(execFileSync('clang', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

test('the binary in the package is what its source compiles to', () => {
  const version = clangVersion();
  if (version !== '14' && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: comparing the WebAssembly binary with its source needs clang 14 and lld, found ${version ?? 'none'}.`);
    return;
  }
  expect(version, 'the clang that the binary was made with').toBe('14');
  const scratch = mkdtempSync(join(tmpdir(), 'ganzoo-binary-'));
  try {
    const made = join(scratch, 'binary.ts');
    execFileSync(process.execPath, [file('native/build.mjs'), made]);
    expect(readFileSync(made, 'utf8')).toBe(readFileSync(file('src/parallel/binary.ts'), 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
