import { defineConfig } from 'tsdown';

/** Every package is built alike: its doors are the modules right under src with these names. */
export default defineConfig({
  workspace: 'packages/*',
  entry: ['src/{index,node,networks,testing,ganzoo,ganzoo-tensorflow}.ts'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  // A file a module: who takes one thing does not pay for what its neighbours set up.
  unbundle: true,
  fixedExtension: false,
  publint: { strict: true },
  attw: { profile: 'esm-only', level: 'error' },
  // Built-ins of Node stay imports; the doors that reach them say so in their names.
  deps: { skipNodeModulesBundle: true, neverBundle: [/^node:/] },
  failOnWarn: true,
});
