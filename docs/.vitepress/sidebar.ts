import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';
import { entryPoints } from '../scripts/entry-points.ts';
import { packages, variants } from './packages.ts';

type Items = DefaultTheme.SidebarItem[];
const api = fileURLToPath(new URL('../api', import.meta.url));

const pages = [
  ['first-digits', 'Install and first digits', '安装与第一批数字'],
  ['how-a-gan-is-put-together', 'How a GAN is put together', 'GAN 是怎样组成的'],
  ['compose-a-loss', 'Compose a loss', '组合损失函数'],
  ['write-a-variant', 'Write a variant'],
  ['your-own-images', 'Your own images'],
  ['metrics', 'Metrics and what they mean'],
  ['backends-and-speed', 'Backends and speed'],
  ['deploy-to-the-browser', 'A generator in the browser'],
  ['when-training-fails', 'When training fails'],
] as const;

const numbered = pages.map(([file, text], i) => ({ text: `${i + 1}. ${text}`, link: `/guide/${file}` }));
const chinese = pages.flatMap(([file, , text], i) => (text ? [{ text: `${i + 1}. ${text}`, link: `/zh/guide/${file}` }] : []));
const english = numbered.slice(chinese.length);

const zoo: Items = [
  { text: 'Variants', items: variants.map((name) => ({ text: name, link: `/variants/${name}` })) },
  { text: 'Packages', items: packages.map((name) => ({ text: name === 'ganzoo' ? 'ganzoo, the command' : name, link: `/packages/${name}` })) },
  {
    text: 'More',
    items: [
      { text: 'Examples', link: '/examples' },
      { text: 'Papers', link: '/papers' },
    ],
  },
];

/** Members of a module by kind, as typedoc has laid their pages out. */
function members(path: string): Items {
  return ['classes', 'functions', 'interfaces', 'type-aliases', 'variables'].flatMap((kind) => {
    const folder = join(api, path, kind);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder)
      .map((file) => file.replace(/\.md$/, ''))
      .sort();
    return [{ text: kind.replace('-', ' '), collapsed: true, items: names.map((name) => ({ text: name, link: `/api/${path}/${kind}/${name}` })) }];
  });
}

const reference: Items = entryPoints().map(({ name }) => {
  const path = name.replace('@ganzoo/', '');
  return { text: name, link: `/api/${path}/`, collapsed: true, items: members(path) };
});

export const sidebar: DefaultTheme.SidebarMulti = {
  '/guide/': [
    { text: 'Guide', items: numbered },
    { text: 'For contributors', items: [{ text: 'Design notes', link: '/design' }] },
  ],
  '/design': [
    { text: 'Guide', items: numbered },
    { text: 'For contributors', items: [{ text: 'Design notes', link: '/design' }] },
  ],
  '/variants/': zoo,
  '/packages/': zoo,
  '/examples': zoo,
  '/papers': zoo,
  '/api/': [{ text: 'Reference', link: '/api/', items: reference }],
};

export const chineseSidebar: DefaultTheme.SidebarMulti = {
  '/zh/': [
    { text: '指南', items: chinese },
    { text: '以下页面为英文', items: english },
  ],
};
