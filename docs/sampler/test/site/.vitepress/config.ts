import { defineConfig } from 'vitepress';
import { playgroundVite } from '../../../../playground/vite.ts';

/** The digits' page alone: what `sampler.slow.test.ts` builds and opens. */
export default defineConfig({
  srcDir: '../../..',
  srcExclude: ['!(sample).md', '*/**/*.md'],
  title: 'ganzoo',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }]],
  // It leads to pages that are not built here; those of the site are checked where it is.
  ignoreDeadLinks: true,
  vite: playgroundVite,
});
