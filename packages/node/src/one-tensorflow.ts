import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { GanzooError } from '@ganzoo/core';

const SUPPORTED = '4.22.';

/**
 * Throws unless this process runs on one TensorFlow.js 4.22. A second copy shares the first one's engine on a global,
 * but not its classes and kernels, so that backends and gradients are missing at random.
 */
export function expectOneTensorFlow(): void {
  const version = String(tf.version['tfjs-core']);
  if (!version.startsWith(SUPPORTED)) {
    throw new GanzooError('node/backend', `expected TensorFlow.js ${SUPPORTED}x, got ${version}. Run 'npm install @tensorflow/tfjs@~4.22.0'.`);
  }
  const copies = loadedCores();
  // Whichever copy came first made the environment, so it is an instance of that copy's class alone.
  if (copies.length > 1 || !(tf.env() instanceof tf.Environment)) {
    throw new GanzooError(
      'node/backend',
      `more than one TensorFlow.js is loaded: ${copies.join(', ')}. Have one version of each @tensorflow package ('npm ls @tensorflow/tfjs-core' shows them; 'npm dedupe', or an "overrides" entry, joins them).`,
    );
  }
}

/** TensorFlow.js is CommonJS in Node, so its files are in the module cache however they were imported. */
function loadedCores(): string[] {
  const files = Object.keys(createRequire(import.meta.url).cache);
  const roots = files.flatMap((file) => /^.*[\\/]@tensorflow[\\/]tfjs-core(?=[\\/]dist[\\/]tf-core)/.exec(file)?.[0] ?? []);
  return [...new Set(roots)];
}

/**
 * Throws where a package would run on another TensorFlow.js than this one. Asked before it is loaded: a second one would
 * break this process for good.
 *
 * @param path the package's main file
 */
export function expectSameTensorFlow(path: string): void {
  const [theirs, ours] = [coreOf(path), coreOf(import.meta.url)];
  if (theirs === ours) return;
  throw new Error(
    `it would bring a second TensorFlow.js (${theirs} besides ${ours}); install both in one place, at 4.22.0 ('npm ls @tensorflow/tfjs-core' shows which there are, 'npm dedupe' joins them)`,
  );
}

function coreOf(module: string): string {
  const require = createRequire(module);
  const core = (from: NodeJS.Require): string => from.resolve('@tensorflow/tfjs-core');
  try {
    return core(createRequire(require.resolve('@tensorflow/tfjs')));
  } catch {
    // A backend knows the core alone.
    return core(require);
  }
}
