/**
 * Says what was expected, what came and what to do, as a GanzooError does. The installer has its own: it must run where
 * TensorFlow.js, which `@ganzoo/core` imports, is not installed yet.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** The first line of what something else said, without its full stop. */
export function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1) as [string];
  return line.replace(/[\s.]+$/, '');
}
