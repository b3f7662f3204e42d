// The entry of `npm start` and `npm test`: plain JavaScript, since nothing is installed when it first runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinned, pnpm } from './pnpm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules/.cache/ganzoo/installed');
const source = ['--conditions=@ganzoo/source', '--import', 'tsx'];

// A narrow net at higher rates than the paper's, which fall in the second half: minutes on a laptop must do.
const firstRun = `train dcgan --dataset mnist --out runs/mnist-dcgan --replace --seed 7
  --set kernel=4 --set widths=[64,32,16] --set latentDim=32 --learning-rate 2e-3 --decay linear
  --steps 3600 --batch-size 16 --evaluate-every 1200 --sample-every 200`.split(/\s+/);

const commands = {
  start: (args) => node(...source, 'packages/ganzoo/src/ganzoo.ts', ...firstRun, ...args),
  example: ([example, ...args]) => node(...source, entryOf(example), ...args),
  bench: (args) => node(...source, 'bench/speed/speed.ts', ...args),
  test: (args) => vitest({}, args),
  'test:slow': (args) => vitest({ GANZOO_TIER: 'slow' }, args),
  'test:built': (args) => vitest({ GANZOO_BUILT: '1' }, args),
  'test:native': native,
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) fail(`unknown command '${name}'. Valid: ${Object.keys(commands).join(', ')}.`);
const examples = readdirSync(join(root, 'examples'));
if (name === 'example' && !examples.includes(args[0])) fail(`npm run example takes the name of one, got '${args[0] ?? ''}'. Valid: ${examples.join(', ')}.`);
install();
// A terminal's Ctrl-C reaches the command as well, which ends in its own way: this process waits for it.
process.on('SIGINT', () => undefined);
process.exit(command(args));

/** Installs with the pinned pnpm, fetched by npx, unless nothing has changed since the last time. */
function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing with ${pinned(root)} (once) ...`);
  const code = pnpm(root, ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error']);
  if (code !== 0) fail('the installation failed; its own message stands above. Check the network and run the command again.');
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, wanted);
}

function fingerprint() {
  const manifests = ['packages', 'examples'].flatMap((folder) => readdirSync(join(root, folder)).map((entry) => join(folder, entry, 'package.json')));
  manifests.push('bench/package.json', 'docs/package.json');
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests].filter((file) => existsSync(join(root, file)));
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Nearly all examples train something. */
function entryOf(example) {
  return ['train', 'evaluate'].map((verb) => `examples/${example}/${verb}.ts`).find((file) => existsSync(join(root, file)));
}

/** All tests on TensorFlow's own backend, through the package named, or each that has it in turn. */
function native([first, ...rest]) {
  const packages = ['tfjs-node', 'tfjs-node-gpu'];
  const [names, args] = packages.includes(first) ? [[first], rest] : [packages, first === undefined ? rest : [first, ...rest]];
  return Math.max(...names.map((name) => vitest({ GANZOO_NATIVE: name }, args)));
}

function vitest(env, args) {
  return run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { env: { ...process.env, ...env } });
}

function node(...args) {
  return run(process.execPath, args);
}

function run(file, args, options = {}) {
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(error.message);
  return status ?? 1;
}

function fail(message) {
  console.error(`ganzoo: ${message}`);
  process.exit(1);
}
