import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Trained } from './train.ts';

const require = createRequire(import.meta.url);
export const source = ['--conditions=@ganzoo/source', '--import', pathToFileURL(require.resolve('tsx')).href];

/** Kept from run to run: a library is 860 MB, and takes a download. */
export const kept = join(tmpdir(), `ganzoo-native-${process.getuid?.() ?? 'user'}`);

/** What native TensorFlow needs and this machine has not. */
export function missingForNative(): string[] {
  const runs = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
  return [
    ...(process.platform === 'linux' ? [] : ['Linux']),
    ...(runs('python3', '-m', 'pip', '--version') ? [] : ['python3 with pip']),
    ...(runs('g++', '--version') || runs('clang++', '--version') ? [] : ['g++ or clang++']),
  ];
}

/**
 * Installs these packages from npm, without their install scripts, as closed networks have them. The project runs on the
 * TensorFlow.js of this repository: two in one process are refused.
 */
export function makeProject(root: string, packages: readonly string[]): void {
  npmInstall(root, ['--ignore-scripts', ...packages]);
  link(root);
}

function npmInstall(root: string, args: readonly string[]): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "private": true }');
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...args], { cwd: root, encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm install ${args.join(' ')} failed: ${npm.error?.message ?? npm.stdout + npm.stderr}`);
}

function link(root: string): void {
  const ours = dirname(dirname(realpathSync(require.resolve('@tensorflow/tfjs/package.json'))));
  for (const name of ['tfjs', 'tfjs-core']) {
    const theirs = join(root, 'node_modules', '@tensorflow', name);
    rmSync(theirs, { recursive: true, force: true });
    symlinkSync(join(ours, name), theirs);
  }
}

/** A project, kept from run to run, with that package on a current TensorFlow. @returns its folder */
export function preparedProject(name: string): string {
  const root = join(kept, name);
  // npm writes this last.
  if (!existsSync(join(root, 'package-lock.json'))) makeProject(root, [`@tensorflow/${name}@4.22.0`]);
  // It may have served another checkout.
  link(root);
  const door = fileURLToPath(new URL('../../src/ganzoo-tensorflow.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, [...source, door, 'install', '--cache', join(kept, 'cache')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`ganzoo-tensorflow install failed in ${root}; its own message stands above.`);
  return root;
}

/** This Node, and the others that are supported, by their major versions. */
const NODES = [...new Set([Number.parseInt(process.versions.node, 10), 20, 22, 24])];

/** Runs `train.ts` in that project on each Node that is supported: in CI on all, elsewhere on those that can be had, and says on which not. */
export function trainOnEachNode(root: string, backend: string, env: NodeJS.ProcessEnv = {}): { asked: Trained; wasm: Trained }[] {
  return NODES.flatMap((major) => {
    try {
      const trained = trainIn(root, backend, env, nodeOf(major));
      if (Number.parseInt(trained.asked.node, 10) !== major) throw new Error(`expected Node ${major}, ran on ${trained.asked.node}`);
      return [trained];
    } catch (error) {
      if (!(error instanceof NoNode) || process.env['CI'] === 'true') throw error;
      console.warn(`NOT RUN: ${backend} on Node ${major}: ${error.message}`);
      return [];
    }
  });
}

class NoNode extends Error {}

/** A Node of that major version: this one, or npm's package of it, kept from run to run. @returns its program */
function nodeOf(major: number): string {
  if (major === NODES[0]) return process.execPath;
  const folder = join(kept, `node-${major}`);
  const program = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  mkdirSync(kept, { recursive: true });
  // Aside: another file of tests may be at it as well, or this be killed.
  const aside = mkdtempSync(`${folder}-`);
  try {
    npmInstall(aside, [`node@${major}`]);
    renameSync(aside, folder);
  } catch (error) {
    // Unless the other was faster.
    if (!existsSync(program)) throw new NoNode((error as Error).message);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  if (existsSync(program)) return program;
  throw new NoNode(`npm install node@${major} brought no ${program}: its script has to run ('npm config get ignore-scripts').`);
}

/** Runs `train.ts` in that project, in a process of its own. */
export function trainIn(root: string, backend: string, env: NodeJS.ProcessEnv = {}, node = process.execPath): { asked: Trained; wasm: Trained } {
  const [asked, wasm] = runIn<[Trained, Trained]>(root, 'train.ts', [backend], env, node);
  return { asked, wasm };
}

/** Runs a program of this folder in that project, in a process of its own. @returns what it prints after RESULTS */
export function runIn<T>(root: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, node = process.execPath): T {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(node, [...source, file, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 300_000,
  });
  const line = stdout.split('\n').find((line) => line.startsWith('RESULTS '));
  if (status !== 0 || !line) throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return JSON.parse(line.slice('RESULTS '.length)) as T;
}

/** The greatest difference between what two backends made of the same run. */
export function greatestDifference(a: Trained, b: Trained): number {
  const numbers = ({ losses, samples }: Trained): number[] => [...losses.flatMap((step) => Object.values(step)), ...samples];
  const [left, right] = [numbers(a), numbers(b)];
  if (left.length !== right.length || left.length < 20) throw new Error(`${left.length} numbers against ${right.length}`);
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] as number))));
}
