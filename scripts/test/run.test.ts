import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../run.mjs', import.meta.url));

it.each([
  [['strat'], "ganzoo: unknown command 'strat'. Valid: start, example, bench, test,"],
  [['example'], "ganzoo: npm run example takes the name of one, got ''. Valid: browser-sampling, choose-a-backend, compare-variants,"],
  [['example', '../packages/core'], "ganzoo: npm run example takes the name of one, got '../packages/core'. Valid:"],
])('says in one line what is wrong with %j, before it installs', (args, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});
