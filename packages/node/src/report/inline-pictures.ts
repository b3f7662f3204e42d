import { readFile, stat } from 'node:fs/promises';
import { loadSharp } from '../sharp.ts';
import { stepPictures, type StepPicture } from '../step-pictures.ts';

const SCOPE = 'node/report';

const MOST_PICTURES = 64;
/** Characters of all pictures together: the page stays below 5 MB. */
const MOST_CHARACTERS = 3.5e6;
/** The width and height that a picture too large for its share is shrunk to. */
const SHRUNK = 1024;

/** A picture as it stands in the page. */
export interface InlinePicture {
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** A `data:` address. */
  readonly source: string;
}

export interface InlinePictures {
  readonly pictures: readonly InlinePicture[];
  /** Those in the folder, of which the others are left out. */
  readonly total: number;
}

/** What has been made of a picture, by path, size and time. Undefined of one that cannot be read. */
export type PictureCache = Map<string, InlinePicture | undefined>;

/** Small copies of the pictures in a folder: every one, every second, every fourth and so on, and the last. */
export async function inlinePictures(folder: string, cache: PictureCache): Promise<InlinePictures> {
  const files = await stepPictures(folder);
  const fresh: PictureCache = new Map();
  let pictures: InlinePicture[] = [];
  // Powers of two: what is in the page stays in the page until every second of them goes, and need not be encoded again.
  for (let stride = 1; stride === 1 || stride / 2 < files.length; stride *= 2) {
    const chosen = files.filter((_, index) => index % stride === 0 || index === files.length - 1);
    if (chosen.length > MOST_PICTURES + 1) continue;
    pictures = [];
    for (const file of chosen) {
      const key = await keyOf(file);
      if (!fresh.has(key)) fresh.set(key, cache.has(key) ? cache.get(key) : await inline(file).catch(() => undefined));
      const picture = fresh.get(key);
      if (picture) pictures.push(picture);
    }
    if (pictures.reduce((sum, { source }) => sum + source.length, 0) <= MOST_CHARACTERS) break;
    pictures = [];
  }
  cache.clear();
  for (const [key, picture] of fresh) cache.set(key, picture);
  return { pictures, total: files.length };
}

async function keyOf({ path }: StepPicture): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
  return `${path} ${size} ${mtimeMs}`;
}

/** As a WebP file without loss where that is small enough, else with some and shrunk; as it is where nothing can encode it. */
async function inline({ step, path }: StepPicture): Promise<InlinePicture> {
  const png = await readFile(path);
  if (png.toString('latin1', 1, 4) !== 'PNG' || png.length < 24) throw new Error(`${path} is no PNG file`);
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const picture = (type: string, bytes: Buffer): InlinePicture => ({ step, width, height, source: `data:image/${type};base64,${bytes.toString('base64')}` });
  const share = ((MOST_CHARACTERS / MOST_PICTURES) * 3) / 4;
  const sharp = await loadSharp(SCOPE).catch(() => undefined);
  if (!sharp) return picture('png', png);
  const exact = png.length <= 4 * share ? await sharp(png).webp({ lossless: true, effort: 2 }).toBuffer() : undefined;
  const [type, least] = exact && exact.length < png.length ? (['webp', exact] as const) : (['png', png] as const);
  if (least.length <= share) return picture(type, least);
  return picture('webp', await sharp(png).resize({ width: SHRUNK, height: SHRUNK, fit: 'inside', withoutEnlargement: true }).webp({ quality: 80 }).toBuffer());
}
