// Compiles linear-algebra.c, once for plain and once for shared memory, into ../src/linear-algebra/binary.ts. Needs clang-14 and lld-14.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const target = process.argv[2] ?? fileURLToPath(new URL('../src/linear-algebra/binary.ts', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'ganzoo-native-'));

function compile(name, flags) {
  const out = join(scratch, `${name}.wasm`);
  const linker = ['--no-entry', '--import-memory', '--export=__stack_pointer', '-z,stack-size=16384', '--strip-all', '--max-memory=4294967296'];
  const compiler = ['--target=wasm32', '-O3', '-msimd128', '-mbulk-memory', '-mmutable-globals', '-nostdlib', ...flags.compiler];
  execFileSync('clang-14', [...compiler, ...[...linker, ...flags.linker].map((flag) => `-Wl,${flag}`), '-o', out, 'linear-algebra.c'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: 'inherit',
  });
  return readFileSync(out).toString('base64');
}

const plain = compile('plain', { compiler: [], linker: [] });
const shared = compile('shared', { compiler: ['-matomics'], linker: ['--shared-memory'] });
rmSync(scratch, { recursive: true });
writeFileSync(
  target,
  `/** Made by native/build.mjs from native/linear-algebra.c: WebAssembly in base64, for a memory of its own and for one that threads share. */
export const plain =
  '${plain}';
export const shared =
  '${shared}';
`,
);
