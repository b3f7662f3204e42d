import { GanzooError } from '../errors.ts';
import type { Check } from './check.ts';

/**
 * Runs the checks of a suite one after another and answers what each that fails says, by its name without the backend: a suite
 * is worth what it catches, which plugs that are broken on purpose tell.
 *
 * @throws whatever is no GanzooError: a check has to say what it expected
 */
export async function failuresOf(checks: readonly Check[]): Promise<Readonly<Record<string, string>>> {
  const failed: Record<string, string> = {};
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof GanzooError)) throw error;
      failed[name.slice(name.indexOf(': ') + 2)] = error.message;
    }
  }
  return failed;
}
