import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'ganzoo-variant-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
const files = listed.split('\0').filter((name) => name && existsSync(join(root, name)));

function run(file: string, ...args: string[]): { status: number | null; text: string } {
  // Vitest's own settings are not for the tests run here.
  const { GANZOO_TIER: _, VITEST: __, ...env } = process.env;
  const PATH = `${join(copy, 'node_modules/.bin')}${delimiter}${env['PATH']}`;
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: copy, encoding: 'utf8', env: { ...env, PATH } });
  return { status, text: stripVTControlCharacters(stdout + stderr) };
}

/** The shortest name and the longest: lines of all lengths must be as the formatter has them. */
const names = ['q', `${'x'.repeat(20)}-${'y'.repeat(19)}`];

describe('a copy of the repository with new variants', () => {
  const before = new Map<string, Buffer>();

  beforeAll(() => {
    for (const file of files) {
      cpSync(join(root, file), join(copy, file));
      before.set(file, readFileSync(join(copy, file)));
    }
    const [short, long] = names as [string, string];
    for (const args of [[short, '--no-install'], [long]]) {
      const { status, text } = run(process.execPath, 'scripts/new-variant.mjs', ...args);
      expect(text).toContain('Next:');
      expect(status, text).toBe(0);
    }
  }, 600_000);

  it('is otherwise what it was, but for lines more in the lockfile', () => {
    const changed = [...before].filter(([file, bytes]) => !readFileSync(join(copy, file)).equals(bytes)).map(([file]) => file);
    expect(changed).toEqual(['pnpm-lock.yaml']);
    const after = readFileSync(join(copy, 'pnpm-lock.yaml'), 'utf8').split('\n');
    let at = -1;
    const lost = String(before.get('pnpm-lock.yaml'))
      .split('\n')
      .filter((line) => {
        const found = after.indexOf(line, at + 1);
        if (found >= 0) at = found;
        return found < 0;
      });
    expect(lost).toEqual([]);
    for (const name of names) expect(after).toContain(`  packages/${name}:`);
  });

  it.each([
    ['tsc', '--noEmit'],
    ['oxlint'],
    ['oxfmt', '--check'],
    ['knip'],
    ['vitest', 'run', ...names.map((name) => `packages/${name}/`)],
    // The gates of packaging, publint and attw, are part of the build.
    ['tsdown', ...names.flatMap((name) => ['-F', `@ganzoo/${name}`])],
  ])('passes %s', (file, ...args) => {
    const { status, text } = run(file, ...args);
    expect(status, text).toBe(0);
    if (file === 'vitest') expect(text).toContain('Test Files  2 passed (2)');
    if (file === 'tsdown') for (const name of names) expect(existsSync(join(copy, `packages/${name}/dist/index.d.ts`)), name).toBe(true);
  });
});
