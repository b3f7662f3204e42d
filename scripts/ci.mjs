// All gates in order, each counted; ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'ganzoo-ci-'));
const totals = { passed: 0, failed: 0 };
const failures = [];

prepare();

// The fast tier comes first, as a newcomer would run it: it also installs.
suite('fast tests', 'test');
gate('typecheck', 'tsc', '--noEmit');
gate('lint', 'oxlint');
gate('format', 'oxfmt', '--check');
gate('unused code', 'knip');
gate('pages say what bench/results say', 'node', '--conditions=@ganzoo/source', '--import', 'tsx', 'bench/report.ts', '--check');
gate('docs', 'npm', 'run', 'build', '--prefix', 'docs');
gate('build, publint, attw', 'tsdown');
gate('sizes', 'size-limit');
gate('public surface is what api/ says', 'node', 'scripts/api.mjs', '--check');
suite('fast tests on what is built', 'test:built');
suite('slow tests', 'test:slow');
suite('tests on TensorFlow through tfjs-node', 'test:native', 'tfjs-node');
suite('tests on TensorFlow through tfjs-node-gpu', 'test:native', 'tfjs-node-gpu');

rmSync(scratch, { recursive: true, force: true });
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);

/** What the slow tier needs beyond Node: the compiler the WebAssembly kernels are checked with, a browser, what TensorFlow's binding takes, and the peers in Python. */
function prepare() {
  if (process.env.CI !== 'true') return;
  const packages = { 'clang-14': ['clang-14', 'lld-14'], chromium: ['chromium'], 'g++': ['g++'], pip3: ['python3-pip'] };
  const missing = Object.keys(packages).filter((program) => spawnSync(program, ['--version']).status !== 0);
  if (missing.length > 0) {
    const names = missing.flatMap((program) => packages[program]).join(' ');
    run(`install ${names}`, 'sh', ['-c', `S=$(command -v sudo); $S apt-get update -qq && $S apt-get install -y -qq --no-install-recommends ${names}`]);
  }
  preparePython();
}

/** The references that metrics are compared with, and the reader of event files. Kept from run to run: a gigabyte. */
function preparePython() {
  const python = process.env.GANZOO_PYTHON ?? 'python3';
  const missing = () => ['torch', 'scipy', 'numpy', 'tensorboard'].filter((name) => spawnSync(python, ['-c', `import ${name}`]).status !== 0);
  if (missing().length === 0) return;
  const kept = join(tmpdir(), `ganzoo-python-${process.getuid?.() ?? 'user'}`);
  process.env.PYTHONPATH = kept;
  const names = missing();
  if (names.length === 0) return;
  run(`install ${names.join(', ')}`, python, ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '10', '--target', kept, ...names]);
}

function gate(title, bin, ...args) {
  const ok = run(title, bin, args) === 0;
  count(ok ? 1 : 0, ok ? 0 : 1, title);
}

/** A tier of tests, counted one by one; a tier that runs none has failed. */
function suite(title, script, ...more) {
  const report = join(scratch, `${[script, ...more].join('-').replaceAll(':', '-')}.json`);
  const code = run(title, process.execPath, ['scripts/run.mjs', script, ...more, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const failed = numFailedTests + (numFailedTests === 0 && (code !== 0 || numPassedTests === 0) ? 1 : 0);
  count(numPassedTests, failed, [title, ...testResults.flatMap(failuresOf)].join('\n  '));
}

/** Which tests of a file failed and how, to be said at the end: the rest of a log is long, and may be kept in part. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const tests = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${file} > ${test.fullName}: ${test.failureMessages.join('\n').slice(0, 2000)}`);
  return tests.length === 0 && status === 'failed' ? [`${file}: ${message}`] : tests;
}

function count(passed, failed, title) {
  totals.passed += passed;
  totals.failed += failed;
  if (failed > 0) failures.push(title);
}

function run(title, file, args) {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (error) console.log(error.message);
  console.log(`== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return status ?? 1;
}
