import { defineConfig } from 'vitepress';
import { playgroundVite } from '../../../vite.ts';

/** The playground's page alone: what `playground.slow.test.ts` builds and opens. */
export default defineConfig({
  srcDir: '../../..',
  srcExclude: ['!(playground).md', '*/**/*.md'],
  title: 'ganzoo',
  vite: playgroundVite,
});
