import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

function isInstalled(compiler: string): boolean {
  return spawnSync(compiler, ['--version']).status === 0;
}

test('the binary in the package is what its source compiles to', () => {
  if (!isInstalled('clang-14') && process.env['CI'] !== 'true') {
    console.warn('NOT RUN: comparing the WebAssembly binary with its source needs clang-14 and lld-14.');
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'ganzoo-binary-'));
  try {
    const made = join(scratch, 'binary.ts');
    execFileSync(process.execPath, [file('native/build.mjs'), made]);
    expect(readFileSync(made, 'utf8')).toBe(readFileSync(file('src/parallel/binary.ts'), 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
