import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * Loads the first of TensorFlow's native bindings that is installed and loads; they register the backend `tensorflow`.
 *
 * @throws Error saying why each could not be loaded
 */
export async function loadTensorFlow(): Promise<void> {
  const reasons: string[] = [];
  for (const name of PACKAGES) {
    const path = resolve(name);
    if (path === undefined) {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      const [theirs, ours] = [coreOf(path), coreOf(import.meta.url)];
      if (theirs !== ours) {
        reasons.push(`${name} would bring a second TensorFlow.js (${theirs} besides ${ours}); install both in one place, at 4.22.0`);
        continue;
      }
      repairUtil();
      await import(pathToFileURL(path).href);
      return;
    } catch (error) {
      reasons.push(`${name} does not load: ${firstLine(error)}`);
    }
  }
  throw new Error(reasons.join('; '));
}

/** The package is its user's choice, so it may be where the program is run and not next to this package. */
function resolve(name: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'here.js')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not installed for that one.
    }
  }
  return undefined;
}

/** The TensorFlow.js a module runs on. Asked before loading: a second one would break this process for good. */
function coreOf(module: string): string {
  return createRequire(createRequire(module).resolve('@tensorflow/tfjs')).resolve('@tensorflow/tfjs-core');
}

/** The bindings call a function that Node 23 removed. */
function repairUtil(): void {
  const patched = util as { isNullOrUndefined?: (value: unknown) => boolean };
  patched.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1) as [string];
  return line.replace(/[\s.]+$/, '');
}
