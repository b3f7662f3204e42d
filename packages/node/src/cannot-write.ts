import { GanzooError } from '@ganzoo/core';

/** The error about a file or folder that could not be written. */
export function cannotWrite(scope: string, path: string, cause: unknown): GanzooError {
  return new GanzooError(scope, `cannot write ${path}: ${(cause as Error).message}. Is there room, and may this user write there?`, { cause });
}
