import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Trained } from './train.ts';

const require = createRequire(import.meta.url);
const source = ['--conditions=@ganzoo/source', '--import', pathToFileURL(require.resolve('tsx')).href];

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
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "private": true }');
  const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: root, encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm install ${packages.join(' ')} failed: ${npm.stdout}${npm.stderr}`);
  link(root);
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

/** Runs `train.ts` in that project, in a process of its own. */
export function trainIn(root: string, backend: string, env: NodeJS.ProcessEnv = {}): { asked: Trained; wasm: Trained } {
  const file = fileURLToPath(new URL('train.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...source, file, backend], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 300_000,
  });
  const line = stdout.split('\n').find((line) => line.startsWith('RESULTS '));
  if (status !== 0 || !line) throw new Error(`train.ts ${backend} ended with ${status ?? signal}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  const [asked, wasm] = JSON.parse(line.slice('RESULTS '.length)) as [Trained, Trained];
  return { asked, wasm };
}

/** The greatest difference between what two backends made of the same run. */
export function greatestDifference(a: Trained, b: Trained): number {
  const numbers = ({ losses, samples }: Trained): number[] => [...losses.flatMap((step) => Object.values(step)), ...samples];
  const [left, right] = [numbers(a), numbers(b)];
  if (left.length !== right.length || left.length < 20) throw new Error(`${left.length} numbers against ${right.length}`);
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] as number))));
}
