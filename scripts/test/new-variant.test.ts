import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'ganzoo-new-variant-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

// The script, and what it looks at.
beforeEach(() => {
  rmSync(copy, { recursive: true, force: true });
  for (const path of ['package.json', 'packages/lsgan/package.json']) cpSync(join(root, path), join(copy, path));
  for (const file of readdirSync(join(root, 'scripts')).filter((name) => name.endsWith('.mjs')))
    cpSync(join(root, 'scripts', file), join(copy, 'scripts', file));
  mkdirSync(join(copy, 'packages/dcgan'));
  mkdirSync(join(copy, '.changeset'));
  writeFileSync(join(copy, '.changeset/losses.md'), 'mine');
});

const newVariant = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(copy, 'scripts/new-variant.mjs'), ...args], { cwd: tmpdir(), encoding: 'utf8' });
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1))
    .sort();

it('makes a package named as told, a changeset and nothing else, and says so', () => {
  const before = filesOf(copy);
  const { status, stdout, stderr } = newVariant('r3-tiny-gan', '--no-install');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const made = [
    '.changeset/r3-tiny-gan.md',
    ...['README.md', 'package.json', 'src/index.ts', 'test/r3-tiny-gan.test.ts'].map((file) => `packages/r3-tiny-gan/${file}`),
  ];
  expect(filesOf(copy)).toEqual([...before, ...made].sort());
  for (const file of made) expect(stdout).toContain(`  ${file}\n`);
  expect(stdout).toContain('npm test -- packages/r3-tiny-gan\n');
  expect(stdout).toMatch(/^ {2}npx pnpm@\d+\.\d+\.\d+ install$/m);

  const manifest = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(copy, `packages/${name}/package.json`), 'utf8')) as never;
  const { name, version, description, repository, ...settings } = manifest('r3-tiny-gan');
  expect({ name, version, description }).toEqual({ name: '@ganzoo/r3-tiny-gan', version: '0.0.0', description: 'r3TinyGan: a GAN with the hinge loss' });
  expect(repository).toMatchObject({ directory: 'packages/r3-tiny-gan' });
  expect(manifest('lsgan')).toMatchObject(settings);
  expect(readFileSync(join(copy, 'packages/r3-tiny-gan/src/index.ts'), 'utf8')).toContain('export const r3TinyGan = defineVariant({');
  expect(readFileSync(join(copy, '.changeset/r3-tiny-gan.md'), 'utf8')).toContain("'@ganzoo/r3-tiny-gan': minor");
});

const mustBe = "the name must be lower-case letters and digits, in words joined by hyphens, of at most 40 characters, such as 'hinge-gan', got";
it.each([
  [[], 'the name is missing. Use: pnpm new-variant <name> [--no-install], such as pnpm new-variant hinge-gan.'],
  [['a', 'b'], "expected one name, got 'a', 'b'. Use: pnpm new-variant"],
  [['a', '--instal'], "Unknown option '--instal'"],
  [['Hinge'], `${mustBe} 'Hinge'.`],
  [['hinge_gan'], `${mustBe} 'hinge_gan'.`],
  [['hinge--gan'], `${mustBe} 'hinge--gan'.`],
  [['3d-gan'], `${mustBe} '3d-gan'.`],
  [['../lsgan'], `${mustBe} '../lsgan'.`],
  [[''], `${mustBe} ''.`],
  [['x'.repeat(41)], `${mustBe} '${'x'.repeat(41)}'.`],
  [['class'], "'class' would be exported as 'class', a word that its files need themselves. Try 'class-gan'."],
  [['await'], "'await' would be exported as 'await'"],
  [['hinge'], "'hinge' would be exported as 'hinge'"],
  [['define-variant'], "'define-variant' would be exported as 'defineVariant'"],
  [['lsgan'], "'lsgan' is taken. packages has dcgan, lsgan."],
  [['losses'], "'losses' is taken: .changeset/losses.md is there. Choose another name."],
])('refuses %j in one line, and makes nothing', (args, message) => {
  const before = filesOf(copy);
  const { status, stdout, stderr } = newVariant(...args);
  expect(stderr).toContain(`[ganzoo/new-variant] ${message}`);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(1);
  expect(filesOf(copy)).toEqual(before);
});
