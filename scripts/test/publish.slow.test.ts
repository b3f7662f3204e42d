import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmInstall, onEachNode } from '../../packages/node/test/native/nodes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ganzoo-publish-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const names = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'package.json')));
const [tarballs, unpacked, project] = [join(out, 'tarballs'), join(out, 'unpacked'), join(out, 'project')];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly sideEffects: unknown;
  readonly repository: object;
  readonly engines: object;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
const manifestOf = (name: string): Manifest => JSON.parse(readFileSync(join(unpacked, name, 'package/package.json'), 'utf8')) as Manifest;
const tarballOf = (name: string): string =>
  join(tarballs, readdirSync(tarballs).find((file) => file.replace(/-\d+\.\d+\.\d+.*$/, '') === name.replace('@', '').replace('/', '-')) as string);

function run(cwd: string, file: string, ...args: string[]): string {
  // Vitest's own settings, and npm's of this repository, are not for what is run here.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(VITEST|GANZOO_|npm_(config_(?!registry|cache)|package_|lifecycle_))/i.test(key)),
  );
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8', env: { ...env, NODE_ENV: '' } });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status ?? error?.message}: ${stdout.slice(-3000)}${stderr.slice(-3000)}`);
  return stdout + stderr;
}

beforeAll(() => {
  run(root, join(root, 'node_modules/.bin/tsdown'));
  mkdirSync(tarballs);
  for (const name of names) {
    run(join(root, 'packages', name), join(root, 'node_modules/.bin/pnpm'), 'pack', '--pack-destination', tarballs);
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;
    mkdirSync(join(unpacked, name), { recursive: true });
    run(unpacked, 'tar', '-xzf', tarballOf(manifest.name), '-C', join(unpacked, name));
  }
}, 300_000);

describe.each(names)('the package of %s', (name) => {
  const inPackage = (path: string): string => join(unpacked, name, 'package', path);
  const filesIn = (path: string): string[] => readdirSync(inPackage(path), { recursive: true, encoding: 'utf8' });

  it('has what goes with it, and nothing else', () => {
    const manifest = manifestOf(name);
    expect(readFileSync(inPackage('LICENSE'), 'utf8')).toContain('MIT');
    expect(readFileSync(inPackage('README.md'), 'utf8')).toContain(`# ${manifest.name}`);
    const allowed = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-NOTICES\.md|dist(\/.*)?)$/;
    expect(filesIn('.').filter((file) => !allowed.test(file))).toEqual([]);
    const code = filesIn('dist').filter((file) => file.endsWith('.js'));
    expect(code.length).toBeGreaterThan(0);
    // Doors that only pass on what other modules have need no map.
    const isDoor = (file: string): boolean =>
      readFileSync(inPackage(`dist/${file}`), 'utf8')
        .trim()
        .split('\n')
        .every((line) => /^(import .*;|export \{.*\};)$/.test(line));
    for (const file of code) if (!isDoor(file)) expect(existsSync(inPackage(`dist/${file}.map`)), file).toBe(true);
  });

  it('says in its manifest what npm and bundlers need', () => {
    const { license, sideEffects, repository, engines, exports, bin = {}, dependencies = {}, peerDependencies = {} } = manifestOf(name);
    expect({ license, engines }).toEqual({ license: 'MIT', engines: { node: '>=20.19' } });
    expect([typeof sideEffects === 'boolean' || Array.isArray(sideEffects), repository]).toEqual([
      true,
      expect.objectContaining({ directory: `packages/${name}` }),
    ]);
    for (const target of [...Object.values(exports), ...Object.values(bin)]) {
      expect(typeof target).toBe('string');
      expect(existsSync(inPackage(target as string)), String(target)).toBe(true);
      if ((target as string).endsWith('.js') && !Object.values(bin).includes(target as string))
        expect(existsSync(inPackage((target as string).replace(/\.js$/, '.d.ts'))), String(target)).toBe(true);
    }
    const ranges = Object.entries({ ...dependencies, ...peerDependencies });
    for (const [dependency, range] of ranges) expect(range, dependency).not.toMatch(/workspace|catalog/);
    // A minor of a peer takes a 0.x package to 1.0; a dependency does not.
    expect(Object.keys(peerDependencies).filter((peer) => peer.startsWith('@ganzoo/'))).toEqual([]);
    if (name !== 'wasm') expect(peerDependencies['@tensorflow/tfjs']).toBe('~4.22.0');
  });
});

describe('in an empty project, installed by npm', () => {
  const snippet = (/## In a program\n\n```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) as RegExpExecArray)[1] as string;

  beforeAll(() => {
    const packed = names.map((name) => tarballOf(manifestOf(name).name));
    npmInstall(project, [...packed, '@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0', 'typescript@6.0.3', '@types/node@20', 'vite@7']);
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ ...(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as object), type: 'module' }),
    );
    // A picture of one step costs what twenty of training do.
    writeFileSync(join(project, 'snippet.ts'), snippet.replace('steps: 2000', 'steps: 20, batchSize: 8'));
  }, 300_000);

  it('there is one TensorFlow.js', () => {
    const manifests = readdirSync(join(project, 'node_modules'), { recursive: true, encoding: 'utf8' });
    expect(manifests.filter((path) => /@tensorflow[\\/]tfjs-core[\\/]package\.json$/.test(path))).toHaveLength(1);
    expect(manifests.filter((path) => /@ganzoo[\\/]core[\\/]package\.json$/.test(path))).toHaveLength(1);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['preserve', 'bundler'],
  ])("the README's program is right in strict TypeScript, module %s, resolution %s", (module, moduleResolution) => {
    // TensorFlow.js's own types need skipLibCheck.
    const compilerOptions = {
      strict: true,
      skipLibCheck: true,
      noEmit: moduleResolution === 'bundler',
      target: 'es2022',
      module,
      moduleResolution,
      types: ['node'],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['snippet.ts'] }));
    run(project, 'node_modules/.bin/tsc');
    writeFileSync(join(project, 'wrong.ts'), snippet.replace('sampleShape: [28, 28, 1]', 'sampleShapes: [28, 28, 1]'));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['wrong.ts'] }));
    expect(() => run(project, 'node_modules/.bin/tsc', '--noEmit')).toThrow('sampleShapes');
  });

  it('and trains, on every Node that is supported', () => {
    const trained = onEachNode('the README on Node', (node) => {
      rmSync(join(project, 'runs'), { recursive: true, force: true });
      expect(run(project, node, 'snippet.js')).toContain('step 20/20');
      expect(existsSync(join(project, 'runs/digits/generator/model.json'))).toBe(true);
      return run(project, node, 'node_modules/ganzoo/dist/ganzoo.js', 'sample', 'runs/digits', '--count', '4', '--out', 'digits.png', '--backend', 'wasm');
    });
    for (const said of trained) expect(said).toContain('digits.png: 4 samples');
  });

  it('a page built by Vite trains in a browser', async () => {
    cpSync(fileURLToPath(new URL('published/page.ts', import.meta.url)), join(project, 'page.ts'));
    writeFileSync(join(project, 'index.html'), '<!doctype html><title>-</title><script type="module" src="/page.ts"></script>');
    run(project, 'node_modules/.bin/vite', 'build', '--target', 'es2022', '--logLevel', 'error');
    if (!executablePath && process.env['CI'] !== 'true') {
      console.warn('NOT RUN: what Vite built needs chromium.');
      return;
    }
    const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
    const server = createServer(({ url = '/' }, response) => {
      const file = join(project, 'dist', url === '/' ? 'index.html' : url);
      if (!existsSync(file)) return response.writeHead(404).end();
      return response.setHeader('content-type', types[extname(file)] ?? 'text/plain').end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => document.title !== '-', undefined, { timeout: 120_000 }).catch((error: Error) => errors.push(error.message));
      expect(errors).toEqual([]);
      expect(JSON.parse(await page.title())).toMatchObject({
        step: 20,
        backend: 'wasm',
        shape: [5, 2],
        losses: { 'generator/fake': expect.any(Number) as number },
      });
    } finally {
      await browser.close();
      server.close();
    }
  });
});
