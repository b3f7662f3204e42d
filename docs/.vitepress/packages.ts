import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../packages', import.meta.url));

/** Packages that hold no variant, in the order a reader meets them. */
const others = ['ganzoo', 'core', 'datasets', 'metrics', 'node', 'wasm', 'pretrained'];
const all = readdirSync(root).filter((name) => readdirSync(join(root, name)).includes('README.md'));

/** Folders of packages/ that hold variants: every package that is none of the others. */
export const variants = ['vanilla', 'dcgan', 'lsgan', 'wgan-gp', ...all].filter(
  (name, i, list) => all.includes(name) && isVariant(name) && list.indexOf(name) === i,
);
export const packages = [...others, ...all].filter((name, i, list) => all.includes(name) && !isVariant(name) && list.indexOf(name) === i);

/** A variant's README tells how well it does, in a table that bench/report.ts writes. */
function isVariant(name: string): boolean {
  return !others.includes(name) && readFileSync(join(root, name, 'README.md'), 'utf8').includes('<!-- results of bench/quality/');
}

/** The READMEs as pages of the folder `section` of docs: links and pictures are found from there, and not from the package. */
export function readmes(section: string, names: readonly string[]): { params: { name: string }; content: string }[] {
  return names.map((name) => {
    const move = (path: string): string => relative(join(root, '../docs', section), join(root, name, path));
    const content = readFileSync(join(root, name, 'README.md'), 'utf8')
      // Where a registry shows a README there are no files beside it.
      .replaceAll(`https://raw.githubusercontent.com/ganzoo/ganzoo/main/`, relative(join(root, name), join(root, '..')) + '/')
      .replace(/(\]\()((?!https?:|#)[^)#\s]+)/g, (_, before: string, path: string) => before + move(path))
      .replace(/(<img src=")((?!https?:)[^"]+)/g, (_, before: string, path: string) => before + move(path));
    return { params: { name }, content };
  });
}
