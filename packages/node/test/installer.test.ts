import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { gpuWheelName, place, project, wheelFiles, wheelName, wheelOf, zip, type Place } from './installer-support.ts';

const places: Place[] = [];
afterAll(async () => {
  await Promise.all(places.splice(0).map(({ root }) => rm(root, { recursive: true })));
});

async function installed(...packages: string[]): Promise<Place> {
  const at = await place(...packages);
  places.push(at);
  return at;
}

const entryOf = (at: Place): string => join(at.cache, `cpu-${basename(wheelName, '.whl')}`);
const libraryOf = (at: Place): string => join(entryOf(at), 'tensorflow');

describe.runIf(process.platform === 'linux').concurrent('ganzoo-tensorflow', () => {
  test('install: downloads, unpacks what is needed, compiles the sources as they are, runs the result', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const { status, stdout, stderr } = await at.run('install');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`downloading ${project.replace('_', '-')} with the pip of python3 3.14.0`);
    expect(stdout).toContain('@tensorflow/tfjs-node works: TensorFlow 2.99.0 on the CPU');
    expect((await at.calls('python3')).at(-1)).toMatch(/^-m pip download --no-deps .*--retries 1 --timeout 15 -d \S+ tensorflow/);

    for (const name of Object.keys(wheelFiles)) expect([name, existsSync(join(entryOf(at), name))]).toEqual([name, !name.includes('huge')]);
    expect(await readFile(join(libraryOf(at), 'libtensorflow_cc.so.2'), 'utf8')).toBe(wheelFiles['tensorflow/libtensorflow_cc.so.2']);
    // Neither the wheel nor anything half is left.
    expect(await readdir(at.cache)).toEqual([basename(entryOf(at))]);
    expect((await readdir(dirname(at.binding))).sort()).toEqual(['ganzoo.json', 'tfjs_binding.node']);

    const compiled = (await at.calls('g++')).at(-1) as string;
    expect(compiled).toMatch(/-DNAPI_VERSION=8 -I\S*node-api-headers\S* /);
    expect(compiled).toContain(`-I${libraryOf(at)}/include -I. binding/tfjs_backend.cc binding/tfjs_binding.cc -o `);
    expect(compiled).toContain(`${libraryOf(at)}/libtensorflow_cc.so.2 ${libraryOf(at)}/libtensorflow_framework.so.2 -Wl,-rpath,${libraryOf(at)}`);
  });

  test('install again does nothing, and says so; another package takes the cached library', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.run('install');
    const before = [await at.calls('g++'), await at.calls('python3'), (await stat(at.binding)).mtimeMs];
    const again = await at.run('install');
    expect(again).toEqual({ status: 0, stderr: '', stdout: '@tensorflow/tfjs-node has it already: TensorFlow 2.99.0 on the CPU. Nothing to do.\n' });
    expect([await at.calls('g++'), await at.calls('python3'), (await stat(at.binding)).mtimeMs]).toEqual(before);

    await at.addPackage('tfjs-node-gpu');
    const { stdout } = await at.run('install');
    expect(stdout).not.toContain('downloading');
    expect(stdout).toContain('@tensorflow/tfjs-node-gpu works: TensorFlow 2.99.0 on the CPU');
    expect(stdout).toContain('@tensorflow/tfjs-node has it already');
  });

  test('killed while compiling: what was finished is kept', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await writeFile(join(at.root, 'bin', 'wait'), '');
    await at.killAt('compiling', 'install');
    await rm(join(at.root, 'bin', 'wait'));
    expect(existsSync(at.binding)).toBe(false);
    const library = join(libraryOf(at), 'libtensorflow_cc.so.2');
    const [{ ino }, downloads] = [await stat(library), (await at.calls('python3')).length];
    const { status, stdout } = await at.run('install');
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/downloading|unpacking/);
    expect((await stat(library)).ino).toBe(ino);
    expect((await at.calls('python3')).length).toBe(downloads);
    expect((await readdir(dirname(at.binding))).sort()).toEqual(['ganzoo.json', 'tfjs_binding.node']);
  });

  test('killed while unpacking: the wheel and whole files are kept, half ones are done again', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.run('install');
    // As it stands then: no stamp yet, the wheel still there, one file missing its end, temporaries about.
    const gone = 2 ** 30;
    await rm(join(entryOf(at), 'complete.json'));
    await rm(at.binding);
    await writeFile(join(libraryOf(at), 'libtensorflow_cc.so.2'), 'the libr');
    await writeFile(join(libraryOf(at), `.include.00000000-${gone}.00000000-0000-0000-0000-000000000000.tmp`), 'half');
    await mkdir(join(at.cache, 'download-cpu'));
    await writeFile(join(at.cache, 'download-cpu', wheelName), zip(wheelFiles));
    const framework = (await stat(join(libraryOf(at), 'libtensorflow_framework.so.2'))).ino;

    const { status, stdout } = await at.run('install');
    expect(status).toBe(0);
    expect(stdout).not.toContain('downloading');
    expect(stdout).toMatch(/: downloaded before/);
    expect(stdout).toContain('libtensorflow_framework.so.2: unpacked before');
    expect((await stat(join(libraryOf(at), 'libtensorflow_framework.so.2'))).ino).toBe(framework);
    expect(await readFile(join(libraryOf(at), 'libtensorflow_cc.so.2'), 'utf8')).toBe(wheelFiles['tensorflow/libtensorflow_cc.so.2']);
    expect(await readdir(at.cache)).toEqual([basename(entryOf(at))]);
  });

  test('a library that was damaged later is unpacked again', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.run('install');
    await writeFile(join(libraryOf(at), 'libtensorflow_framework.so.2'), 'half');
    expect((await at.run('status')).stdout).toMatch(/which is gone or damaged[^]*MB, not complete/);
    const { status, stdout } = await at.run('install');
    expect(status).toBe(0);
    expect(stdout).toContain('unpacking libtensorflow_framework.so.2');
  });

  test('a binding that no longer works is compiled again', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.run('install');
    await writeFile(at.binding, 'of another machine');
    const { stdout } = await at.run('status');
    expect(stdout).toContain('binding of its own installation');
    expect(stdout).toContain('does not work: Error: the binding is of another machine');
    expect((await at.run('install')).status).toBe(0);
    expect(await readFile(at.binding, 'utf8')).toMatch(/^good/);
  });

  test('--from: a wheel, or a folder of TensorFlow, which stays where it is', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const wheel = await wheelOf(at, wheelFiles);
    expect((await at.run('install', '--from', wheel)).stdout).toContain('works');
    expect((await at.run('install', '--from', wheel)).stdout).toContain('Nothing to do');
    expect(await at.calls('python3')).toEqual([]);

    const folder = join(at.root, 'site-packages');
    for (const [name, text] of Object.entries(wheelFiles)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    expect((await at.run('install', '--from', folder)).stdout).toContain(`The library is in ${join(folder, 'tensorflow')}.`);
    expect((await at.run('install', '--from', join(folder, 'tensorflow'))).stdout).toContain('Nothing to do');
  });

  test('--gpu: brings the libraries of CUDA that the wheel names, and links them', async ({ expect }) => {
    const at = await installed('tfjs-node-gpu');
    const metadata = ['Requires-Dist: numpy>=1', 'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3; extra == "and-cuda"'].join('\n');
    await writeFile(join(at.index, gpuWheelName), zip({ ...wheelFiles, 'tensorflow-2.99.0.dist-info/METADATA': metadata }));
    const files = { 'nvidia/cudnn/lib/libcudnn.so.9': 'dnn', 'nvidia/cudnn/lib/libcudnn_ops.so.9': 'ops', 'nvidia/cudnn/include/cudnn.h': '' };
    await writeFile(join(at.index, 'nvidia_cudnn_cu12-9.3-py3-none-manylinux_2_27_x86_64.whl'), zip(files));

    const { status, stdout } = await at.run('install', '--gpu');
    expect(status).toBe(0);
    expect(stdout).toContain('downloading nvidia-cudnn-cu12<10.0,>=9.3');
    expect(stdout).toContain('on the CPU, since it found no GPU');
    const entry = join(at.cache, `gpu-${basename(gpuWheelName, '.whl')}`);
    expect((await readdir(entry)).sort()).toEqual(['complete.json', 'nvidia', 'tensorflow', 'users.txt']);
    const compiled = (await at.calls('g++')).at(-1) as string;
    expect(compiled).toContain(`-Wl,--no-as-needed ${entry}/nvidia/cudnn/lib/libcudnn.so.9 -Wl,-rpath,`);
    expect(compiled).toContain(`-Wl,-rpath,${entry}/nvidia/cudnn/lib`);
    expect(compiled).not.toContain('libcudnn_ops');
    // The build for the CPU is another: asked for, it replaces this one.
    expect((await at.run('install', '--gpu')).stdout).toContain('Nothing to do');
    expect((await at.run('install')).stdout).toContain('compiling');
  });

  test('status: what is there, and whether it works', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const before = await at.run('status');
    expect(before.status).toBe(1);
    expect(before.stdout).toContain('@tensorflow/tfjs-node-gpu: not installed');
    expect(before.stdout).toContain("no binding: run 'npx ganzoo-tensorflow install'");
    await at.run('install');
    const after = await at.run('status');
    expect(after.status).toBe(0);
    expect(after.stdout).toContain('works: TensorFlow 2.99.0 on the CPU');
    expect(after.stdout).toMatch(/MB, complete\ncompiler: fake g\+\+ 1\.0\nPython: 3\.14\.0 with pip/);
  });

  test('remove: puts back what was there, and leaves what is not its own', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await mkdir(dirname(at.binding), { recursive: true });
    await writeFile(at.binding, 'of its own installation');
    await at.run('install');
    await writeFile(join(at.cache, 'mine.txt'), '');
    const { status, stdout } = await at.run('remove');
    expect(status).toBe(0);
    expect(stdout).toMatch(/removed the binding of @tensorflow\/tfjs-node\nremoved .*, 1 MB/);
    expect(await readFile(at.binding, 'utf8')).toBe('of its own installation');
    expect(await readdir(dirname(at.binding))).toEqual(['tfjs_binding.node']);
    expect(await readdir(at.cache)).toEqual(['mine.txt']);
    expect((await at.run('remove')).stdout).toBe('nothing to remove\n');
  });

  test('remove keeps a library that another project runs on', async ({ expect }) => {
    const [one, two] = [await installed('tfjs-node'), await installed('tfjs-node')];
    const wheel = await wheelOf(one, wheelFiles);
    for (const at of [one, two]) await at.run('install', '--from', wheel, '--cache', one.cache);
    expect((await one.run('remove')).stdout).toContain(`: ${two.binding} runs on it`);
    expect((await two.run('status', '--cache', one.cache)).status).toBe(0);
    expect((await two.run('remove', '--cache', one.cache)).stdout).toContain('removed /');
    expect(existsSync(one.cache)).toBe(false);
  });
});
