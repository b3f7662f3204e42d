import { GanzooError } from '@ganzoo/core';
import { SCOPE } from './listing.ts';

/** Rows from the top, channels last, 0 to 255. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Rejects with the library's error on what is no image, or a damaged or truncated one. */
export type Decoder = (bytes: Uint8Array) => Promise<Pixels>;

/** Decodes off the main thread, to sRGB or, of one channel, to its luminance. */
export async function imageDecoder(channels: 1 | 3): Promise<Decoder> {
  const sharp = await loadSharp();
  return async (bytes) => {
    // Of animations the first frame. Bytes rather than a path: the library keeps what it read of a path.
    const image = sharp(bytes, { failOn: 'warning', autoOrient: true })
      .flatten({ background: '#fff' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb');
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  };
}

/** Loaded when asked for: what else reads files shall run where its binaries are missing. */
async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const cure = "Install it with its binaries for this system: 'npm install --include=optional sharp'";
    throw new GanzooError(SCOPE, `the package 'sharp', which decodes images, does not load: ${reasonOf(cause)}. ${cure}.`, { cause });
  }
}

/** An error of the library, or of reading a file, in one line. */
export function reasonOf(error: unknown): string {
  const lines = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
  // Before the reason may stand how it was looked for.
  const reason = lines.find((line) => !/bad seek|treated as error/.test(line)) ?? lines[0] ?? 'no reason is given';
  return reason.trim().replace(/[:.]$/, '');
}
