import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { GanzooError, type Variant } from '@ganzoo/core';
import { plain, unknownName } from './nearest.ts';

/** A variant whose own options are not known beforehand. */
type AnyVariant = Variant<Record<string, unknown>>;

export interface FoundVariant {
  readonly variant: AnyVariant;
  /** The package it is from. */
  readonly from: string;
}

const own = fileURLToPath(import.meta.url);

/** All variants of the `@ganzoo/*` packages that are installed where the command is run, or came with it. */
export async function installedVariants(cwd: string): Promise<FoundVariant[]> {
  const found = new Map<string, FoundVariant>();
  for (const from of [join(cwd, 'here.js'), own]) {
    for (const name of scopedPackages(from)) {
      for (const variant of await variantsOf(name, from)) if (!found.has(variant.variantName)) found.set(variant.variantName, { variant, from: name });
    }
  }
  return [...found.values()].sort((a, b) => (a.variant.variantName < b.variant.variantName ? -1 : 1));
}

/**
 * A variant by its name (`dcgan`, `wgan-gp`, `wganGp`), or by that of any package that holds one (`gan-of-mine`, or
 * `gan-of-mine/name` where it holds several).
 *
 * @throws GanzooError where there is none of that name
 */
export async function findVariant(name: string, cwd: string): Promise<FoundVariant> {
  const installed = await installedVariants(cwd);
  const isCalled = (candidate: string): boolean => plain(candidate) === plain(name);
  // First by its own name: a package may hold several, one of which is called like it.
  const match = installed.find(({ variant }) => isCalled(variant.variantName)) ?? installed.find(({ from }) => isCalled(from.replace('@ganzoo/', '')));
  if (match) return match;
  const [packageName, exported] = splitName(name);
  if (resolved(packageName, join(cwd, 'here.js')) !== undefined) {
    const variants = await variantsOf(packageName, join(cwd, 'here.js'));
    const chosen = exported === undefined ? variants : variants.filter(({ variantName }) => plain(variantName) === plain(exported));
    if (chosen.length === 1) return { variant: chosen[0] as AnyVariant, from: packageName };
    const names = variants.map(({ variantName }) => `${packageName}/${variantName}`);
    throw new GanzooError(
      'command',
      names.length === 0
        ? `the package '${packageName}' exports no variant. One is made by defineVariant({ name, defaults, build }) of @ganzoo/core.`
        : `the package '${packageName}' has several variants; say which: ${names.join(', ')}.`,
    );
  }
  throw unknownName(
    'variant',
    name,
    installed.map(({ variant }) => variant.variantName),
    'Others are packages to install: npm install <package>, then its name.',
  );
}

/** `@scope/package/name` or `package/name`. */
function splitName(name: string): [packageName: string, exported: string | undefined] {
  const parts = name.split('/');
  const length = name.startsWith('@') ? 2 : 1;
  return [parts.slice(0, length).join('/'), parts[length]];
}

/** Names of the `@ganzoo/*` packages in the `node_modules` folders above a file. */
function scopedPackages(file: string): string[] {
  const folders = createRequire(file).resolve.paths('x') ?? [];
  const names = folders
    .map((folder) => join(folder, '@ganzoo'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder));
  // What cannot hold a variant need not be loaded.
  const tools = new Set(['core', 'datasets', 'metrics', 'node', 'wasm']);
  return [...new Set(names)].filter((name) => !name.startsWith('.') && !tools.has(name)).map((name) => `@ganzoo/${name}`);
}

async function variantsOf(packageName: string, from: string): Promise<AnyVariant[]> {
  const path = resolved(packageName, from);
  if (path === undefined) return [];
  expectSameCore(packageName, path);
  const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  return Object.values(exports).filter(isVariant);
}

function isVariant(value: unknown): value is AnyVariant {
  return typeof value === 'function' && typeof (value as Partial<AnyVariant>).variantName === 'string';
}

/** Two copies of core would bring two of TensorFlow.js, which share an engine but not code. */
function expectSameCore(packageName: string, path: string): void {
  const [theirs, ours] = [resolved('@ganzoo/core', path), resolved('@ganzoo/core', own)];
  if (theirs === undefined || ours === undefined || realpathSync(theirs) === realpathSync(ours)) return;
  throw new GanzooError(
    'command',
    `'${packageName}' uses the @ganzoo/core in ${dirname(theirs)}, and this command the one in ${dirname(ours)}: two would not share a backend. Install the command in the same project, 'npm install ganzoo', and run it there by npx.`,
  );
}

function resolved(packageName: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(packageName);
  } catch {
    return undefined;
  }
}
