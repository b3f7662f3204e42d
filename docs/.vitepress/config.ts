import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { checkSite } from './check-site.ts';
import { chinese, chineseSearch } from './chinese.ts';
import { repository, repositoryLinks } from './links.ts';
import { playgroundVite } from '../playground/vite.ts';
import { sidebar } from './sidebar.ts';

/** Of a project page that does not live at the root of its host: `/ganzoo/`. */
const base = process.env['GANZOO_DOCS_BASE'] ?? '/';
const page = (name: string): boolean => existsSync(fileURLToPath(new URL(`../${name}.md`, import.meta.url)));

const nav: DefaultTheme.NavItem[] = [
  { text: 'Guide', link: '/guide/first-digits', activeMatch: '^/guide/|^/design' },
  { text: 'Variants', link: '/variants/vanilla', activeMatch: '^/(variants|packages|examples|papers)' },
  { text: 'Reference', link: '/api/', activeMatch: '^/api/' },
  ...(page('playground') ? [{ text: 'Playground', link: '/playground' }] : []),
  ...(page('sample') ? [{ text: 'Digits', link: '/sample' }] : []),
];

export default defineConfig({
  base,
  title: 'ganzoo',
  description: 'A pluggable zoo of generative adversarial networks for TypeScript, on TensorFlow.js',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  cleanUrls: true,
  lastUpdated: false,
  markdown: { math: true, config: repositoryLinks },
  themeConfig: {
    nav,
    sidebar,
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: repository }],
    search: { provider: 'local', options: { locales: { zh: chineseSearch }, miniSearch: { options: { tokenize } } } },
  },
  locales: { root: { label: 'English', lang: 'en' }, zh: chinese },
  vite: playgroundVite,
  buildEnd: ({ outDir }) => checkSite(outDir, base),
});

/** Words, and of Chinese each character and each pair: it is written without spaces. Runs in the browser, so it stands alone. */
function tokenize(text: string): string[] {
  const tokens = text.split(/[\s\p{P}\p{S}]+/u).filter(Boolean);
  for (const run of text.match(/\p{Script=Han}+/gu) ?? []) for (let i = 0; i < run.length; i++) tokens.push(run.slice(i, i + 1), run.slice(i, i + 2));
  return tokens;
}
