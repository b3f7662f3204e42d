import { defineConfig } from 'vitest/config';

/** Tests import packages by name: from source, or, with GANZOO_BUILT, from what would be published. */
const built = process.env['GANZOO_BUILT'] === '1';
const slow = process.env['GANZOO_TIER'] === 'slow';
const conditions = [...(built ? [] : ['@ganzoo/source']), 'module', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: slow ? ['{packages,examples,scripts}/**/*.slow.test.ts'] : ['{packages,examples,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(slow ? [] : ['**/*.slow.test.ts'])],
    testTimeout: slow ? 1_200_000 : 60_000,
    hookTimeout: 60_000,
    setupFiles: ['./vitest.setup.ts'],
    // One engine and one backend a process: files must not share them.
    pool: 'forks',
    maxWorkers: 2,
  },
});
