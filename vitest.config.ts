import { defineConfig } from 'vitest/config';

/** Tests import packages by name: from source, or, with GANZOO_BUILT, from what would be published. */
const built = process.env['GANZOO_BUILT'] === '1';
const slow = process.env['GANZOO_TIER'] === 'slow';
/** Also on the backend of this package, `tfjs-node` or `tfjs-node-gpu`. */
const native = process.env['GANZOO_NATIVE'] !== undefined;
const conditions = [...(built ? [] : ['@ganzoo/source']), 'module', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: slow ? ['{packages,examples,scripts,docs,bench}/**/*.slow.test.ts'] : ['{packages,examples,scripts,docs,bench}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(slow ? [] : ['**/*.slow.test.ts']), ...(native ? ['packages/{node,wasm}/**'] : [])],
    testTimeout: slow ? 1_200_000 : 60_000,
    hookTimeout: 60_000,
    // Browsers and clocks depend on what else a machine does: they are waited for, and on a server asked twice.
    ...(slow && { expect: { poll: { timeout: 10_000 } }, retry: process.env['CI'] === 'true' ? 1 : 0 }),
    globalSetup: native ? ['packages/node/test/native/prepare.ts'] : [],
    setupFiles: ['./vitest.setup.ts', ...(native ? ['packages/node/test/native/register.ts'] : [])],
    // One engine and one backend a process: files must not share them.
    pool: 'forks',
    maxWorkers: 2,
  },
});
