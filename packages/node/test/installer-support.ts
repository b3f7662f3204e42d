import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

/** A file of a zip archive; `size` and `checksum` lie about it. */
interface Packed {
  readonly text: string;
  readonly size?: number;
  readonly checksum?: number;
}

/** A zip archive of these files. */
export function zip(files: Readonly<Record<string, string | Packed>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, file] of Object.entries(files)) {
    const { text, size = Buffer.byteLength(text), checksum = crc32(text) } = typeof file === 'string' ? { text: file } : file;
    const data = deflateRawSync(text);
    // A size beyond 32 bits stands in an extra field.
    const extra = size > 0xfffffffe ? Buffer.concat([Buffer.from([1, 0, 8, 0]), bytes(8, size)]) : Buffer.alloc(0);
    const common = [bytes(2, 0), bytes(2, 8), bytes(4, 0), bytes(4, checksum), bytes(4, data.length), bytes(4, Math.min(size, 0xffffffff))];
    const title = Buffer.from(name);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), bytes(2, 20), ...common, bytes(2, title.length), bytes(2, 0), title, data]);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), bytes(2, 20), bytes(2, 20), ...common, bytes(2, title.length), bytes(2, extra.length)]),
      Buffer.concat([bytes(2, 0), bytes(2, 0), bytes(2, 0), bytes(4, 0), bytes(4, offset), title, extra]),
    );
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = [Buffer.from('PK\x05\x06'), bytes(4, 0), bytes(2, count), bytes(2, count), bytes(4, list.length), bytes(4, offset), bytes(2, 0)];
  return Buffer.concat([...parts, list, ...end]);
}

function bytes(width: number, value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, width);
}

const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
/** On arm64 there is no project tensorflow-cpu. */
export const project = process.arch === 'x64' ? 'tensorflow_cpu' : 'tensorflow';
export const wheelName = `${project}-2.99.0-cp312-cp312-manylinux_2_27_${architecture}.whl`;
export const gpuWheelName = `tensorflow-2.99.0-cp312-cp312-manylinux_2_27_${architecture}.whl`;

/** What the installer looks for in a wheel of TensorFlow, and what it does not. */
export const wheelFiles: Readonly<Record<string, string>> = {
  'tensorflow/libtensorflow_cc.so.2': 'the library '.repeat(1000),
  'tensorflow/libtensorflow_framework.so.2': 'the framework '.repeat(500),
  'tensorflow/include/tensorflow/c/c_api.h': '// C API',
  'tensorflow/include/tsl/platform/ctstring.h': '// strings',
  'tensorflow/include/tensorflow/compiler/huge.h': '// not needed',
  'tensorflow/python/huge.so': 'not needed',
};

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with a stand-in for tfjs-node, and programs that stand in for Python and g++. */
export interface Place {
  readonly root: string;
  readonly cache: string;
  /** Where the fake pip finds its wheels. */
  readonly index: string;
  /** The package's folder of that name. */
  readonly package: (name: string) => string;
  readonly binding: string;
  readonly addPackage: (name: string) => Promise<void>;
  /** Puts a program into PATH, which holds nothing else. */
  readonly addProgram: (name: string, code: string) => Promise<void>;
  readonly removeProgram: (name: string) => Promise<void>;
  readonly run: (...args: string[]) => Promise<Ran>;
  /** Runs it until it writes this, and kills it then. */
  readonly killAt: (text: string, ...args: string[]) => Promise<void>;
  /** How each program was called, in order, its arguments joined. */
  readonly calls: (name: string) => Promise<string[]>;
}

const note = `require('node:fs').appendFileSync(__filename + '.calls', process.argv.slice(2).join(' ') + '\\n');`;

/** Compiles to a text. It waits where a file `wait` is next to it, so that it can be killed. */
export const fakeCompiler = `${note}
const fs = require('node:fs');
if (process.argv[2] === '--version') console.log('fake g++ 1.0');
else {
  fs.writeFileSync(process.argv[process.argv.indexOf('-o') + 1], 'good binding ' + process.argv.length);
  if (fs.existsSync(__dirname + '/wait')) setTimeout(() => {}, 60000);
}`;

/** Answers the installer's questions about Python, and downloads out of a folder. */
function fakePython(index: string): string {
  return `${note}
const fs = require('node:fs');
const [first, , , ...args] = process.argv.slice(2);
if (first === '-c') console.log(JSON.stringify({ version: '3.14.0', tag: 'cp314', platform: 'linux-test glibc 2.36', pip: true }));
else {
  const to = args[args.indexOf('-d') + 1];
  const wanted = args.slice(args.indexOf('-d') + 2).map((name) => name.replace(/[<>=].*/, '').replaceAll('-', '_') + '-');
  const found = fs.readdirSync(${JSON.stringify(index)}).filter((file) => wanted.some((name) => file.startsWith(name)));
  for (const file of found) fs.copyFileSync(${JSON.stringify(`${index}/`)} + file, to + '/' + file);
  if (found.length < wanted.length) {
    console.error('WARNING: something\\nERROR: No matching distribution found for ' + args.at(-1));
    process.exit(1);
  }
}`;
}

const fakePackage = `
const { readFileSync } = require('node:fs');
const binding = readFileSync(__dirname + '/lib/napi-v8/tfjs_binding.node', 'utf8');
if (!binding.startsWith('good')) throw new Error('the binding is ' + binding + '.\\nmore');
module.exports = {
  ready: async () => {},
  tensor2d: (values) => values,
  matMul: () => ({ data: async () => [19, 22, 43, 50] }),
  getBackend: () => 'tensorflow',
  backend: () => ({ binding: { TF_Version: '2.99.0' }, isUsingGpuDevice: false }),
};`;

/** The installer as one file: run from source, each of its many runs here would compile it anew. It lies where its packages are found. */
function bundled(): string {
  const folder = fileURLToPath(new URL(`../node_modules/.cache/ganzoo-${process.pid}`, import.meta.url));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'installer.mjs');
  const entry = fileURLToPath(new URL('../src/ganzoo-tensorflow.ts', import.meta.url));
  buildSync({ entryPoints: [entry], bundle: true, outfile, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
  return outfile;
}

/** What Node runs as `ganzoo-tensorflow`. */
export const installer = process.env['GANZOO_BUILT'] === '1' ? fileURLToPath(new URL('../dist/ganzoo-tensorflow.js', import.meta.url)) : bundled();

/** @param packages such as `tfjs-node` */
export async function place(...packages: readonly string[]): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ganzoo-installer-')));
  const [bin, index] = [join(root, 'bin'), join(root, 'index')];
  const packageOf = (name: string): string => join(root, 'node_modules', '@tensorflow', name);
  for (const folder of [bin, index]) await mkdir(folder);

  const start = (args: readonly string[]): ReturnType<typeof spawn> =>
    spawn(process.execPath, [installer, ...args], { cwd: root, env: { PATH: bin, HOME: root, XDG_CACHE_HOME: join(root, 'xdg') }, detached: true });
  const made: Place = {
    root,
    index,
    cache: join(root, 'xdg', 'ganzoo', 'tensorflow'),
    package: packageOf,
    binding: join(packageOf(packages[0] ?? ''), 'lib', 'napi-v8', 'tfjs_binding.node'),
    async addPackage(name) {
      await mkdir(join(packageOf(name), 'binding'), { recursive: true });
      const binary = { module_name: 'tfjs_binding', module_path: './lib/napi-v{napi_build_version}' };
      await writeFile(join(packageOf(name), 'package.json'), JSON.stringify({ name: `@tensorflow/${name}`, version: '4.22.0', main: 'index.js', binary }));
      await writeFile(join(packageOf(name), 'index.js'), fakePackage);
    },
    async addProgram(name, code) {
      await writeFile(join(bin, name), `#!${process.execPath}\n${code}`);
      await chmod(join(bin, name), 0o755);
    },
    removeProgram: (name) => rm(join(bin, name)),
    run: (...args) =>
      new Promise((resolve) => {
        const child = start(args);
        const [stdout, stderr]: [string[], string[]] = [[], []];
        child.stdout?.on('data', (chunk) => stdout.push(String(chunk)));
        child.stderr?.on('data', (chunk) => stderr.push(String(chunk)));
        child.on('close', (status) => resolve({ status, stdout: stdout.join(''), stderr: stderr.join('') }));
      }),
    killAt: (text, ...args) =>
      new Promise((resolve) => {
        const child = start(args);
        // With its children, as Ctrl-C on a terminal does.
        child.stdout?.on('data', (chunk) => String(chunk).includes(text) && process.kill(-(child.pid as number), 'SIGKILL'));
        child.on('close', () => resolve());
      }),
    calls: async (name) => (await readFile(join(bin, `${name}.calls`), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
  for (const name of packages) await made.addPackage(name);
  await made.addProgram('g++', fakeCompiler);
  await made.addProgram('python3', fakePython(index));
  await writeFile(join(index, wheelName), zip(wheelFiles));
  return made;
}

/** A wheel of other contents, in a folder of its own. */
export async function wheelOf(at: Place, files: Parameters<typeof zip>[0], name = wheelName): Promise<string> {
  const path = join(at.root, 'wheels', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, zip(files));
  return path;
}
