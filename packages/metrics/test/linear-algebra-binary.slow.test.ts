import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

test('the binary in the package is what its source compiles to', () => {
  if (spawnSync('clang-14', ['--version']).status !== 0 && process.env['CI'] !== 'true') {
    console.warn('NOT RUN: comparing the WebAssembly binary with its source needs clang-14 and lld-14.');
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'ganzoo-binary-'));
  try {
    const made = join(scratch, 'binary.ts');
    execFileSync(process.execPath, [file('native/build.mjs'), made]);
    expect(readFileSync(made, 'utf8')).toBe(readFileSync(file('src/linear-algebra/binary.ts'), 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
