import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'ganzoo',
  description: 'A pluggable zoo of generative adversarial networks for TypeScript, on TensorFlow.js',
  markdown: { math: true },
  themeConfig: { search: { provider: 'local' } },
});
