import type { UserConfig } from 'vitepress';

/** What a bundler has to know: the page trains with the sources of the packages, in a worker that is a module. */
export const playgroundVite = {
  resolve: { conditions: ['@ganzoo/source'] },
  worker: { format: 'es' },
  // Older targets turn private fields into maps; browsers with SIMD in WebAssembly know them.
  build: { target: 'es2022' },
} satisfies UserConfig['vite'];
