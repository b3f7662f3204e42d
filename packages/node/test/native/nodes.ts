import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Kept from run to run: a library is 860 MB, and takes a download. */
export const kept = join(tmpdir(), `ganzoo-native-${process.getuid?.() ?? 'user'}`);

/** This Node, and the others that are supported, by their major versions. */
const NODES = [...new Set([Number.parseInt(process.versions.node, 10), 20, 22, 24])];

/** Runs something on each Node that is supported: in CI on all, elsewhere on those that can be had, and says on which not. */
export function onEachNode<T>(what: string, run: (node: string, major: number) => T): T[] {
  return NODES.flatMap((major) => {
    try {
      return [run(nodeOf(major), major)];
    } catch (error) {
      if (!(error instanceof NoNode) || process.env['CI'] === 'true') throw error;
      console.warn(`NOT RUN: ${what} ${major}: ${error.message}`);
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

/** Makes a project of these packages, as npm installs them. */
export function npmInstall(root: string, args: readonly string[]): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "private": true }');
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...args], { cwd: root, encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm install ${args.join(' ')} failed: ${npm.error?.message ?? npm.stdout + npm.stderr}`);
}
