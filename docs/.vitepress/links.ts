import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';
import { variants } from './packages.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));
const root = join(docs, '..');
export const repository = 'https://github.com/ganzoo/ganzoo';

/**
 * Where a link from a page in docs/ to a file of the repository leads on the site: packages and examples have pages, anything
 * else is shown by the repository. A link within docs/, to a heading or to another host stays as it is; one to no file is an error.
 */
export function siteLink(href: string, page: string): string {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return href;
  const [path = '', hash = ''] = decodeURI(href).split(/(?=#)/);
  const target = join(docs, dirname(page), path);
  const file = relative(root, target);
  if (!file.startsWith('..') && !existsSync(target) && !existsSync(`${target}.md`)) throw new Error(`${page}: the link '${href}' leads to no file.`);
  if (!relative(docs, target).startsWith('..')) return href;
  if (file === '' || file === 'README.md') return `/${hash}`;
  const [folder, name, ...rest] = normalize(file).replace(/\/$/, '').split('/');
  if (folder === 'packages' && name && ['', 'README.md'].includes(rest.join('/')))
    return `/${variants.includes(name) ? 'variants' : 'packages'}/${name}${hash}`;
  if (folder === 'examples' && name) return `/examples#${name}`;
  return `${repository}/${statSync(target).isDirectory() ? 'tree' : 'blob'}/main/${file}${hash}`;
}

/** Applies {@link siteLink} to every link of every page, before vitepress looks for dead ones. */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', siteLink(href, env.relativePath as string));
    }
  });
}
