import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { expectInteger, expectKeys, expectNumber, GanzooError } from '@ganzoo/core';
import type { Callback } from '@ganzoo/core';
import { folder } from './folder.ts';
import { firstLine, loadSharp } from './sharp.ts';
import { stepPictures, type StepPicture } from './step-pictures.ts';

const SCOPE = 'node/film';

/** Pixels of all frames together. The encoder holds them at once, at 3 bytes each and about as much again. */
const MOST_PIXELS = 64e6;
const WEBP_QUALITY = 85;
/** The usual 7 takes five times as long for files a seventh smaller. */
const GIF_EFFORT = 3;

/** Options of {@link film} and {@link filmAtEnd}. */
export interface FilmOptions {
  /** The folder with the pictures `step-000100.png` and so on, such as runs/digits/samples. */
  readonly dir: string;
  /** The file to write, `.webp` or `.gif`: runs/digits/film.webp. Its folder is created where missing. */
  readonly out: string;
  /** Frames a second, in [0.1, 50]. 10 unless told. */
  readonly fps?: number;
  /** Seconds that the last frame stays on longer than the others, in [0, 60], before the film begins again. 2 unless told. */
  readonly hold?: number;
  /** Of more pictures than this, as many are taken at even distances, the first and the last among them. 150 unless told. */
  readonly maxFrames?: number;
}

/** A film that was written. */
export interface Film {
  /** Pictures in it. */
  readonly frames: number;
  /** Pixels. Less than the pictures', where all frames together would have more than 64 million. */
  readonly width: number;
  /** Pixels, as the width. */
  readonly height: number;
  /** Size of the file. */
  readonly bytes: number;
}

type Sharp = Awaited<ReturnType<typeof loadSharp>>;

/**
 * Joins the pictures that {@link sampleGrid} has left in a folder into one animated WebP or GIF, which repeats for ever. One
 * picture alone stands still.
 *
 * The file is written whole or not at all. Takes some 400 MB at most, however many and large the pictures are.
 *
 * @throws GanzooError on a bad option, where there are no pictures, where their sizes differ or one cannot be read (which is
 *   named), where the package `sharp` does not load, and where the file cannot be written
 */
export async function film(options: FilmOptions): Promise<Film> {
  const { dir, out, fps, hold, maxFrames } = checked(options);
  const pictures = await stepPictures(dir).catch((cause: Error) => {
    throw new GanzooError(SCOPE, `cannot read the folder ${dir}: ${cause.message}.`, { cause });
  });
  if (pictures.length === 0) {
    throw new GanzooError(SCOPE, `there are no pictures in ${dir}: expected step-000100.png and so on, as sampleGrid({ dir: '${dir}' }) writes them.`);
  }
  const sharp = await loadSharp(SCOPE);
  const frames = await readFrames(sharp, evenly(pictures, maxFrames));
  const delay = frames.map((_, index) => Math.round(1000 / fps + (index === frames.length - 1 ? hold * 1000 : 0)));
  const joined = frames.length > 1 ? sharp(frames, { join: { animated: true } }) : sharp(frames[0]);
  const encoded = extname(out) === '.gif' ? joined.gif({ delay, loop: 0, effort: GIF_EFFORT }) : joined.webp({ delay, loop: 0, quality: WEBP_QUALITY });
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true }).catch((cause: Error) => {
    throw new GanzooError(SCOPE, `cannot encode ${frames.length} pictures of ${dir}: ${firstLine(cause)}.`, { cause });
  });
  await folder(dirname(out)).commit(new Map([[basename(out), data]]));
  return { frames: frames.length, width: info.width, height: info.pageHeight ?? info.height, bytes: data.length };
}

/**
 * A callback that makes the {@link film} of a run when it ends, also after an abort, but not after an error. Behind
 * `sampleGrid` in the list of callbacks, so that the last picture is there.
 *
 * @throws GanzooError on a bad option; from the training, what `film` throws
 */
export function filmAtEnd(options: FilmOptions): Callback {
  checked(options);
  return {
    name: 'filmAtEnd',
    async onEnd(_, failure) {
      if (failure === undefined) await film(options);
    },
  };
}

function checked(options: FilmOptions): Required<FilmOptions> {
  expectKeys(SCOPE, options, ['dir', 'out', 'fps', 'hold', 'maxFrames']);
  const { dir, out, fps = 10, hold = 2, maxFrames = 150 } = options;
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a folder with pictures, such as runs/digits/samples.');
  if (typeof out !== 'string' || !['.webp', '.gif'].includes(extname(out))) {
    throw new GanzooError(SCOPE, `out must name a file that ends in .webp or .gif, such as runs/digits/film.webp, got ${JSON.stringify(out)}.`);
  }
  expectNumber(SCOPE, 'fps', fps, 0.1, 50);
  expectNumber(SCOPE, 'hold', hold, 0, 60);
  expectInteger(SCOPE, 'maxFrames', maxFrames, 1);
  return { dir, out, fps, hold, maxFrames };
}

/** At most so many, at even distances; one of them would be the last. */
function evenly<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, index) => items.at(index === count - 1 ? -1 : Math.round((index * (items.length - 1)) / (count - 1))) as T);
}

/** The pictures as PNG files of one kind, decoded one after another, so that one that cannot be is named. */
async function readFrames(sharp: Sharp, pictures: readonly StepPicture[]): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  let first: { readonly width: number; readonly height: number } | undefined;
  let width = 0;
  for (const { path } of pictures) {
    try {
      // Bytes rather than a path: the library keeps what it read of a path.
      const image = sharp(await readFile(path), { failOn: 'warning' });
      const size = await image.metadata();
      first ??= size;
      if (size.width !== first.width || size.height !== first.height) {
        throw new GanzooError(
          SCOPE,
          `pictures of one film must be of one size, but ${pictures[0]?.path} has ${first.width} x ${first.height} pixels and ${path} has ${size.width} x ${size.height}. ` +
            'Remove those of the other run.',
        );
      }
      width ||= Math.max(1, Math.floor(size.width * Math.min(1, Math.sqrt(MOST_PIXELS / (size.width * size.height * pictures.length)))));
      frames.push(await image.resize({ width }).flatten({ background: '#fff' }).png({ compressionLevel: 1 }).toBuffer());
    } catch (cause) {
      if (cause instanceof GanzooError) throw cause;
      throw new GanzooError(SCOPE, `cannot read the picture ${path}: ${firstLine(cause)}. Remove it, or write it anew.`, { cause });
    }
  }
  return frames;
}
