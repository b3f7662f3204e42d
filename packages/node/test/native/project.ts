import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kept, npmInstall, onEachNode } from './nodes.ts';
import type { Trained } from './train.ts';

const require = createRequire(import.meta.url);
export const source = ['--conditions=@ganzoo/source', '--import', pathToFileURL(require.resolve('tsx')).href];

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

/** Runs `train.ts` in that project on each Node that is supported. */
export function trainOnEachNode(root: string, backend: string, env: NodeJS.ProcessEnv = {}): { asked: Trained; wasm: Trained }[] {
  return onEachNode(`${backend} on Node`, (node, major) => {
    const trained = trainIn(root, backend, env, node);
    if (Number.parseInt(trained.asked.node, 10) !== major) throw new Error(`expected Node ${major}, ran on ${trained.asked.node}`);
    return trained;
  });
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
