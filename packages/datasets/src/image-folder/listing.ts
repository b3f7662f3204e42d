import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GanzooError } from '@ganzoo/core';

export const SCOPE = 'datasets/imageFolder';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];

interface Listing {
  /** Relative to the folder, with `/` between names. */
  readonly images: string[];
  readonly others: string[];
  /** Not looked into. */
  readonly folders: string[];
  /** Links to folders that are still to be followed. */
  readonly links: string[];
  /** Real paths of the folders that have been looked into. */
  readonly seen: Set<string>;
  hidden: number;
}

/**
 * Image files by their extensions, relative to the folder, with `/` between names, in the same order on every system. Links are
 * followed, but no folder is looked into twice: they may lead in circles, of which a few make millions of ways.
 *
 * @throws GanzooError where there is no such folder, it cannot be read, or has no images
 */
export async function listImages(folder: string, recursive: boolean): Promise<string[]> {
  await expectFolder(folder);
  const listing: Listing = { images: [], others: [], folders: [], links: [], seen: new Set(), hidden: 0 };
  await walk(folder, '', recursive, listing);
  // After all that is there by itself, so that it has its own name. More may turn up on the way.
  for (const link of listing.links) await walk(folder, link, recursive, listing);
  if (listing.images.length === 0) throw new GanzooError(SCOPE, `${whatIsThere(folder, listing)} ${cure()}`);
  return listing.images.sort();
}

async function expectFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? `there is no folder '${folder}'` : `cannot read the folder '${folder}': ${cause.message}`;
    throw new GanzooError(SCOPE, `${what}. Pass the path of a folder of images.`, { cause });
  });
  if (!found.isDirectory()) throw new GanzooError(SCOPE, `'${folder}' is a file; expected a folder of images. Pass the folder it is in.`);
}

async function walk(folder: string, prefix: string, recursive: boolean, listing: Listing): Promise<void> {
  const path = join(folder, prefix);
  const here = await realpath(path);
  if (listing.seen.has(here)) return;
  listing.seen.add(here);
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: Error) => {
    throw new GanzooError(SCOPE, `cannot read the folder '${path}': ${cause.message}. Allow reading it, or move it away.`, { cause });
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = prefix + entry.name;
    if (entry.name.startsWith('.')) {
      listing.hidden++;
      continue;
    }
    const isLink = entry.isSymbolicLink();
    // A link to nothing is listed by its name, to be found unreadable.
    const target = isLink ? await stat(join(folder, name)).catch(() => undefined) : entry;
    if (target?.isDirectory()) {
      if (!recursive) listing.folders.push(name);
      else if (isLink) listing.links.push(`${name}/`);
      else await walk(folder, `${name}/`, recursive, listing);
    } else {
      // What is neither a file nor a folder, such as a pipe, might never end.
      const isImage = (target?.isFile() ?? true) && EXTENSIONS.includes(extname(entry.name).toLowerCase());
      (isImage ? listing.images : listing.others).push(name);
    }
  }
}

function whatIsThere(folder: string, { others, folders, hidden }: Listing): string {
  const kinds = new Map<string, number>();
  for (const file of others) {
    const kind = extname(file) || 'without an extension';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const counts = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
  const found = [
    ...(counts.length > 0 ? [`files (${counts.slice(0, 5).join(', ')}${counts.length > 5 ? ', ...' : ''})`] : []),
    ...(folders.length > 0 ? [`folders (${folders.length}, left out by recursive: false)`] : []),
    ...(hidden > 0 ? [`hidden files (${hidden}, always left out)`] : []),
  ];
  return found.length === 0 ? `the folder '${folder}' is empty.` : `no images in '${folder}'; it has ${found.join(', ')}.`;
}

/** The name of a file as errors show it: in one line, whatever it is. */
export function shown(file: string): string {
  return `'${file.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}

function cure(): string {
  return `Pass a folder with files that end in ${EXTENSIONS.join(', ')}, in small or capital letters.`;
}
