import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installer } from './installer-support.ts';
import { kept } from './native/nodes.ts';
import { greatestDifference, makeProject, missingForNative, trainIn } from './native/project.ts';

const missing = missingForNative();
const runs = missing.length === 0 || process.env['CI'] === 'true';
if (!runs) console.warn(`NOT RUN: faults of native TensorFlow need ${missing.join(', ')}.`);

const CURE = "Run 'npx ganzoo-tensorflow install'";

describe.runIf(runs)('@tensorflow/tfjs-node', () => {
  let root = '';
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ganzoo-native-faults-')));
    makeProject(root, ['@tensorflow/tfjs-node@4.22.0']);
  }, 300_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const bindingOf = (): string => join(root, 'node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node');

  /** Why useBackend refuses it. A process that crashes has no such words. */
  function refusal(): string {
    try {
      trainIn(root, 'tensorflow');
      return 'taken';
    } catch (error) {
      return /GanzooError: (.*)/.exec((error as Error).message)?.[1] ?? String(error);
    }
  }

  test('with a binding of another Node, of another processor, or half of one: refused, with what to run', () => {
    const binding = bindingOf();
    mkdirSync(dirname(binding), { recursive: true });
    // What an addon of Node 16 says of itself when it is loaded: struct node_module of node.h, its version first.
    const source = `
      struct { int version; unsigned flags; void* handle; const char* file; void* init; void* context; const char* name; void* data; void* next; }
        self = { 93, 0, nullptr, "old.cc", nullptr, nullptr, "tfjs_binding", nullptr, nullptr };
      extern "C" void node_module_register(void*);
      __attribute__((constructor)) static void start() { node_module_register(&self); }`;
    const compiler = ['g++', 'clang++'].find((name) => spawnSync(name, ['--version']).status === 0) as string;
    const compiled = spawnSync(compiler, ['-x', 'c++', '-', '-shared', '-fPIC', '-o', binding], { input: source, encoding: 'utf8' });
    expect(compiled).toMatchObject({ status: 0, stderr: '' });
    const another = refusal();
    expect(another).toContain(
      `its binding does not load: it was built for another Node (module version 93; Node ${process.versions.node} has ${process.versions.modules})`,
    );
    expect(another).toContain(CURE);

    const bytes = readFileSync(binding);
    // The processor, in the header of an ELF file: 62 is x86-64, 183 is arm64.
    bytes.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18);
    writeFileSync(binding, bytes);
    const foreign = refusal();
    expect(foreign).toContain(`${binding}: `);
    expect(foreign).toContain(`(it was built for another system or processor, or is half a file). ${CURE}`);

    truncateSync(binding, 40);
    const half = refusal();
    expect(half).toContain(`${binding}: file too short (it was built for another system or processor, or is half a file). ${CURE}`);
    rmSync(binding);
  });

  test('whose installation was killed, and whose library was cut off later: refused by name, and whole after another installation', async () => {
    const cache = join(root, 'cache');
    const install = (...more: string[]): string => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [installer, 'install', '--cache', cache, ...more], { cwd: root, encoding: 'utf8' });
      expect(`${status} ${stderr}`, stdout).toBe('0 ');
      return stdout;
    };

    provideWheel(cache);
    const half = await killWhileUnpacking(root, cache);
    expect(existsSync(half)).toBe(true);
    const wheel = keepWheel(cache);
    expect(refusal()).toContain(`it has no binding, ${bindingOf()}: its installation did not build or download it. ${CURE}`);
    const output = install();
    expect(output).toMatch(/\.whl: downloaded before/);
    expect(output).toMatch(/works: TensorFlow 2\.\d+\.\d+/);
    const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
    expect(left).toEqual([]);

    const [entry] = readdirSync(cache) as [string];
    const library = join(cache, entry, 'tensorflow', 'libtensorflow_cc.so.2');
    const { size } = statSync(library);
    truncateSync(library, Math.floor(size / 2));
    expect(refusal()).toContain(`the TensorFlow its binding was compiled for, in ${dirname(library)}, is gone or damaged. ${CURE}`);
    expect(install('--from', wheel)).toMatch(/works: TensorFlow 2\.\d+\.\d+/);
    expect(statSync(library).size).toBe(size);
    const { asked, wasm } = trainIn(root, 'tensorflow');
    expect(asked.name).toBe('tensorflow');
    expect(greatestDifference(asked, wasm)).toBeLessThan(1e-3);
  });
});

/** Starts an installation, and kills it where the library is half unpacked. @returns the half */
function killWhileUnpacking(root: string, cache: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [installer, 'install', '--cache', cache], { cwd: root, detached: true, stdio: 'ignore' });
    let half: string | undefined;
    const timer = setInterval(() => {
      const name = readdirSync(cache, { recursive: true, encoding: 'utf8' }).find((name) => /\.libtensorflow_cc\.so\.2\..*\.tmp$/.test(name));
      if (name === undefined || (statSync(join(cache, name), { throwIfNoEntry: false })?.size ?? 0) < 1e6) return;
      half = join(cache, name);
      process.kill(-(child.pid as number), 'SIGKILL');
    }, 20);
    child.on('close', (status) => {
      clearInterval(timer);
      if (half === undefined) reject(new Error(`the installation ended with ${status} before it could be killed`));
      else resolve(half);
    });
  });
}

/** The wheel is downloaded once, and kept from run to run. */
const wheels = join(kept, 'wheels');

function provideWheel(cache: string): void {
  mkdirSync(cache);
  mkdirSync(wheels, { recursive: true });
  share(wheels, join(cache, 'download-cpu'));
}

function keepWheel(cache: string): string {
  share(join(cache, 'download-cpu'), wheels);
  const [wheel] = readdirSync(wheels) as [string];
  return join(wheels, wheel);
}

/** By links: a wheel has 274 MB. */
function share(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (existsSync(join(to, name))) continue;
    mkdirSync(to, { recursive: true });
    linkSync(join(from, name), join(to, name));
  }
}
