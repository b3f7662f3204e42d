import { variants, readmes } from '../.vitepress/packages.ts';

export default { watch: ['../../packages/*/README.md'], paths: () => readmes('variants', variants) };
