// `pnpm new-variant <name>`: makes the package of a variant that trains, tests and builds as it is, to be edited.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileFunction } from 'node:vm';
import { pinned, pnpm } from './pnpm.mjs';
import { variantFiles } from './variant-files.mjs';

const usage = 'pnpm new-variant <name> [--no-install]';
/** Keeps the lines of the generated files within what the formatter takes. */
const longest = 40;

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'packages/lsgan/package.json'), 'utf8'));
const { name, install } = readArguments();
const exported = camelCase(name);
expectUsable();
const files = variantFiles(name, exported, manifest);
expectFree();
for (const [path, text] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { flag: 'wx' });
}
console.log(`Made ${exported} of @ganzoo/${name}, a GAN with the hinge loss until you edit it:\n${[...files.keys()].map((path) => `  ${path}`).join('\n')}`);
if (install) link();
console.log(`Next:
  ${install ? '' : `npx ${pinned(root)} install\n  `}npm test -- packages/${name}
  put your paper, loss and networks into packages/${name}/src/index.ts, and say so in its test, README.md, package.json and .changeset/${name}.md
  bash .ci/run`);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'no-install': { type: 'boolean', default: false } } });
    if (positionals.length === 1) return { name: positionals[0], install: !values['no-install'] };
    throw new Error(positionals.length === 0 ? 'the name is missing.' : `expected one name, got ${positionals.map((text) => `'${text}'`).join(', ')}.`);
  } catch (error) {
    fail(`${error.message} Use: ${usage}, such as pnpm new-variant hinge-gan.`);
  }
}

function expectUsable() {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > longest) {
    fail(`the name must be lower-case letters and digits, in words joined by hyphens, of at most ${longest} characters, such as 'hinge-gan', got '${name}'.`);
  }
  if (!isFreeIdentifier(exported)) fail(`'${name}' would be exported as '${exported}', a word that its files need themselves. Try '${name}-gan'.`);
}

/** Whether a name is neither a word of the language nor one that the generated code uses for something else. */
function isFreeIdentifier(word) {
  try {
    // In a strict async function everything that is ever reserved is.
    compileFunction(`'use strict'; async () => { const ${word} = 0; };`);
  } catch {
    return false;
  }
  const code = [...variantFiles('X', 'X', manifest)].filter(([path]) => path.endsWith('.ts')).flatMap(([, text]) => text.match(/\w+/g));
  return !code.includes(word);
}

function expectFree() {
  const packages = readdirSync(join(root, 'packages'));
  if (packages.includes(name)) fail(`'${name}' is taken. packages has ${packages.sort().join(', ')}.`);
  const there = [...files.keys()].filter((path) => existsSync(join(root, path)));
  if (there.length > 0) fail(`'${name}' is taken: ${there.join(', ')} is there. Choose another name.`);
}

/** Links the new package into the workspace. The lockfile gains what it depends on, which is in the tree already. */
function link() {
  console.log(`Installing with ${pinned(root)} ...`);
  const status = pnpm(root, ['install', '--no-frozen-lockfile', '--prefer-offline', '--reporter=append-only', '--loglevel=error']);
  if (status !== 0) fail(`the installation failed; its own message stands above. The files are there: run npx ${pinned(root)} install.`);
}

function camelCase(words) {
  return words.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}

function fail(message) {
  console.error(`[ganzoo/new-variant] ${message}`);
  process.exit(1);
}
