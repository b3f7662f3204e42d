import { packages, readmes } from '../.vitepress/packages.ts';

export default { watch: ['../../packages/*/README.md'], paths: () => readmes('packages', packages) };
