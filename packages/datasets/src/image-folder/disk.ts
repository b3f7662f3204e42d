import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import type { SizedFile } from './check.ts';
import { reasonOf, type Decoder } from './decoder.ts';
import { SCOPE, shown } from './listing.ts';

/**
 * Decodes an image that could be decoded when the folder was opened.
 *
 * @throws GanzooError where it cannot be any more, or has another size
 */
export async function decodeAgain(folder: string, { file, bytes, width, height }: SizedFile, decode: Decoder): Promise<Uint8Array> {
  const path = join(folder, file);
  const changed = (how: string, cause?: unknown): GanzooError => {
    const cure = 'Leave the images alone while they are in use, or open the folder again';
    return new GanzooError(SCOPE, `${shown(path)} has changed since the folder was opened: ${how}. ${cure}.`, { cause });
  };
  const content = await readFile(path).catch((error: unknown) => {
    throw changed(reasonOf(error), error);
  });
  if (content.length !== bytes) throw changed(`it had ${bytes} bytes and has ${content.length}`);
  // The library's reason may be that of another image that fails at the same time.
  const pixels = await decode(content).catch((error: unknown) => {
    throw changed('it cannot be decoded any more', error);
  });
  if (pixels.width !== width || pixels.height !== height) throw changed(`it was ${width} x ${height} and is ${pixels.width} x ${pixels.height}`);
  return pixels.data;
}
