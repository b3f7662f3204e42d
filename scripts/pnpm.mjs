import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs the pnpm that the root's package.json pins, fetched by npx, in the root. Answers its exit status; it says itself what went wrong. */
export function pnpm(root, args) {
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  // npm hands its own options down as npm_config_*, and pnpm would take them for its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_(config_(?!registry|cache)|package_|lifecycle_)/i.test(key)));
  const { status, error } = spawnSync(npx, ['--yes', pinned(root), ...args], { cwd: root, stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (error) console.error(error.message);
  return status ?? 1;
}

/** Such as `pnpm@10.34.8`. */
export function pinned(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}
