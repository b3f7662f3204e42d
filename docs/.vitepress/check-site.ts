import { readFile, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';

/**
 * What vitepress does not look for in the pages it has built: links to headings that are not there, and pictures, scripts or
 * styles from another host. Throws with all of them.
 */
export async function checkSite(folder: string, base: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.html')).map((file) => file.replaceAll('\\', '/'));
  const pages = new Map(await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)));
  const ids = new Map([...pages].map(([file, html]) => [file, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string))]));
  const faults: string[] = [];
  for (const [file, html] of pages) {
    for (const [, href] of html.matchAll(/<a [^>]*?href="([^"]*#[^"]+)"/g)) {
      const [path = '', hash = ''] = (href as string).split('#');
      if (/^[a-z]+:/i.test(path)) continue;
      const target = path === '' ? file : pageAt(path.startsWith('/') ? path.slice(base.length) : posix.join(posix.dirname(file), path));
      if (!ids.get(target)?.has(decodeURIComponent(hash))) faults.push(`${file}: the link '${href}' leads to no heading.`);
    }
    for (const [, address] of html.matchAll(/<(?:img|script|link|iframe|source|video)\b[^>]*?\s(?:src|href)="((?:https?:)?\/\/[^"]+)"/g))
      faults.push(`${file}: '${address}' is loaded from another host.`);
  }
  if (faults.length > 0) throw new Error(`${faults.length} faults in the built site:\n${[...new Set(faults)].join('\n')}`);
}

function pageAt(path: string): string {
  if (path === '' || path.endsWith('/')) return `${path}index.html`;
  return path.endsWith('.html') ? path : `${path}.html`;
}
