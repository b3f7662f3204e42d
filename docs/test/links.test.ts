import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSite } from '../.vitepress/check-site.ts';
import { repository, siteLink } from '../.vitepress/links.ts';
import { packages, readmes, variants } from '../.vitepress/packages.ts';
import { root } from './snippets/page.ts';

test('links to the repository lead to pages where there are some, and else to the repository', () => {
  const links = {
    '../../packages/node#webgpu': '/packages/node#webgpu',
    '../../packages/metrics/README.md': '/packages/metrics',
    '../../packages/lsgan/': '/variants/lsgan',
    '../../examples/custom-loss/train.ts': '/examples#custom-loss',
    '../../bench/quality/digits/entries.ts': `${repository}/blob/main/bench/quality/digits/entries.ts`,
    '../../packages/core/src': `${repository}/tree/main/packages/core/src`,
    '../../README.md': '/',
    'metrics.md#points-in-the-plane': 'metrics.md#points-in-the-plane',
    '#here': '#here',
    'https://arxiv.org/abs/1406.2661': 'https://arxiv.org/abs/1406.2661',
  };
  for (const [href, expected] of Object.entries(links)) expect(siteLink(href, 'guide/write-a-variant.md')).toBe(expected);
  expect(() => siteLink('../../packages/nobody', 'guide/metrics.md')).toThrow("'../../packages/nobody' leads to no file");
});

test('every package has its page, whose links are moved to where it stands', () => {
  const readme = (name: string): boolean => readdirSync(join(root, 'packages', name)).includes('README.md');
  expect([...variants, ...packages].sort()).toEqual(readdirSync(join(root, 'packages')).filter(readme).sort());
  expect(variants).toEqual(expect.arrayContaining(['vanilla', 'dcgan', 'lsgan', 'wgan-gp']));
  const [page] = readmes('variants', ['wgan-gp']);
  expect(page?.content).toContain('<img src="../../bench/results/points/ring-wganGp.png"');
  expect(page?.content).toContain('](../../packages/metrics)');
});

test('every example is shown', async () => {
  const page = await readFile(join(root, 'docs/examples.md'), 'utf8');
  for (const name of readdirSync(join(root, 'examples'))) expect(page).toContain(`<<< ../examples/${name}/`);
});

test('a built site with a dead heading or a foreign picture is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ganzoo-site-'));
  try {
    await mkdir(join(folder, 'guide'));
    await writeFile(join(folder, 'guide/a.html'), '<h2 id="there">.</h2><a href="/base/guide/b#here">.</a><a href="#there">.</a>');
    await writeFile(join(folder, 'guide/b.html'), '<h2 id="here">.</h2><a href="a#there">.</a>');
    await checkSite(folder, '/base/');
    await writeFile(join(folder, 'guide/b.html'), '<a href="a#gone">.</a><img alt="" src="https://example.org/x.png">');
    await expect(checkSite(folder, '/base/')).rejects.toThrow(/^3 faults/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
