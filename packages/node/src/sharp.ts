import { GanzooError } from '@ganzoo/core';

/**
 * The library that encodes films and small pictures, loaded when asked for: what else is here shall run where its binaries
 * are missing.
 *
 * @throws GanzooError in `scope` where it does not load
 */
export async function loadSharp(scope: string) {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const cure = "Install it with its binaries for this system: 'npm install --include=optional sharp'";
    throw new GanzooError(scope, `the package 'sharp', which encodes pictures, does not load: ${firstLine(cause)}. ${cure}.`, { cause });
  }
}

/** An error in one line. */
export function firstLine(error: unknown): string {
  const line = (error as Error).message.split('\n').find((text) => text.trim() !== '') ?? 'no reason is given';
  return line.trim().replace(/[:.]$/, '');
}
