import * as tf from '@tensorflow/tfjs';
import { GanzooError } from '../errors.ts';
import { enableHigherOrderGradients } from '../gradients.ts';

export const SCOPE = 'core/testing';

/**
 * One thing a plugin must do: it passes when `run` resolves, and otherwise says what was expected and what came.
 *
 * Checks must run one after another, since a process has one active backend.
 */
export interface Check {
  /** `backend: what is checked`. */
  readonly name: string;
  /** Rejects with what was expected and what came. */
  readonly run: () => Promise<void>;
}

/** What every suite takes. */
export interface SuiteOptions {
  /** The backends on which each check is made: unless told, all that are registered when the suite is. */
  readonly backends?: readonly string[];
}

/** What is checked, by name. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

/**
 * Every check on every backend, named `backend: check`. What a check throws that is no GanzooError becomes one.
 *
 * @throws GanzooError where no backend is named
 */
export function onEachBackend({ backends = registeredBackends() }: SuiteOptions, checks: Checks): readonly Check[] {
  // A suite without checks would pass.
  if (backends.length === 0) throw new GanzooError(SCOPE, "backends is empty. Name at least one, such as 'cpu', or leave it out for all that are registered.");
  return backends.flatMap((backend) => Object.entries(checks).map(([name, check]) => ({ name: `${backend}: ${name}`, run: () => runOn(backend, check) })));
}

function registeredBackends(): string[] {
  // Browsers register webgl whether or not they have it.
  return Object.keys(tf.engine().registryFactory).filter((name) => name !== 'webgl' || tf.env().getBool('HAS_WEBGL'));
}

async function runOn(backend: string, check: () => Promise<void>): Promise<void> {
  const started = await tf.setBackend(backend).catch(() => false);
  if (!started) {
    throw new GanzooError(
      SCOPE,
      `the backend '${backend}' did not start. Registered are ${Object.keys(tf.engine().registryFactory).join(', ')}: import the package that has it, or leave it out of backends.`,
    );
  }
  enableHigherOrderGradients();
  try {
    await check();
  } catch (error) {
    if (error instanceof GanzooError) throw error;
    throw new GanzooError(SCOPE, `expected the check to be carried out, got '${String(error)}'. The cause of this error says where it was thrown.`, {
      cause: error,
    });
  }
}

/**
 * What a check that fails throws: `expected x to be y, got z. Do this.`
 *
 * @param expected what should have been, as in `the samples to be finite`
 * @param got what came instead
 * @param cure what to do about it, a sentence
 */
export function failure(expected: string, got: string, cure: string): GanzooError {
  return new GanzooError(SCOPE, `expected ${expected}, got ${got}. ${cure}`);
}
