import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { fakeCompiler, gpuWheelName, place, wheelFiles, wheelName, wheelOf, type Place } from './installer-support.ts';

const places: Place[] = [];
afterAll(async () => {
  await Promise.all(places.splice(0).map(({ root }) => rm(root, { recursive: true })));
});

async function installed(...packages: string[]): Promise<Place> {
  const at = await place(...packages);
  places.push(at);
  return at;
}

/** What the installer complains about, without its own name. */
async function complaint(at: Place, ...args: string[]): Promise<string> {
  const { status, stderr } = await at.run(...args);
  return `${status}: ${stderr.replace(/^ganzoo-tensorflow: /, '').trim()}`;
}

describe.runIf(process.platform === 'linux').concurrent('ganzoo-tensorflow refuses', () => {
  test.for([
    ['', /^2: expected one of install, status, remove, help, got ''\.\n\nganzoo-tensorflow install \[--gpu\]/],
    ['instal', /^2: expected one of install, status, remove, help, got 'instal'\./],
    ['install tfjs-node', /^2: expected one of .*, got 'install tfjs-node'\./],
    ['install --cuda', /^2: Unknown option '--cuda'/],
    ['install --from', /^2: Option '--from <value>' argument missing/],
    ['install --cache=', /^2: --cache takes a path, got ''\./],
    ['status --gpu', /^2: --gpu and --from belong to install, not to status\./],
  ] as const)('%s', async ([line, message], { expect }) => {
    const at = await installed();
    expect(await complaint(at, ...line.split(' ').filter((word) => word !== ''))).toMatch(message);
  });

  test('a project without the package, and says how to install it', async ({ expect }) => {
    const at = await installed();
    expect(await complaint(at, 'install')).toMatch(
      /^1: neither @tensorflow\/tfjs-node-gpu nor @tensorflow\/tfjs-node is installed in .*npm install --ignore-scripts @tensorflow\/tfjs-node@4\.22\.0/,
    );
  });

  test('a machine without Python, without pip, or without a wheel for it, which it names', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.removeProgram('python3');
    expect(await complaint(at, 'install')).toMatch(/^1: expected Python 3.* no python3 and no python in PATH\. Install it, or .*--from\.$/);

    await at.addProgram('python', `console.log(JSON.stringify({ version: '3.9.2', tag: 'cp39', platform: 'linux', pip: false }))`);
    expect(await complaint(at, 'install')).toMatch(/^1: python 3\.9\.2 has no pip\. Install it \('apt install python3-pip'/);

    const none = await installed('tfjs-node');
    await rm(join(none.index, wheelName));
    expect(await complaint(none, 'install')).toMatch(
      /^1: pip found no wheel of tensorflow\S* tagged cp314 for linux-test glibc 2\.36, nor one tagged cp312\. It said: ERROR: No matching distribution found.*\n.*manylinux/,
    );
    expect((await none.calls('python3')).filter((call) => call.includes('--python-version 3.12'))).toHaveLength(1);
    expect(await readdir(none.cache)).toEqual([]);
  });

  test('a machine without a compiler, or with one that fails', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await at.removeProgram('g++');
    expect(await complaint(at, 'install')).toMatch(/^1: found no C\+\+ compiler.*no g\+\+ and no clang\+\+ in PATH.*apt install g\+\+/);

    await at.addProgram(
      'clang++',
      `if (process.argv[2] === '--version') console.log('clang 3'); else { console.error('x.cc:1: error: no C++17'); process.exit(1); }`,
    );
    expect(await complaint(at, 'install')).toMatch(
      /^1: clang 3 could not compile the binding of @tensorflow\/tfjs-node: x\.cc:1: error: no C\+\+17\. All it said is in /,
    );
    expect(await readdir(dirname(at.binding))).toEqual(['compile.log']);
  });

  test('a new binding that does not run: it is removed, and the one before comes back', async ({ expect }) => {
    const at = await installed('tfjs-node');
    await mkdir(dirname(at.binding), { recursive: true });
    await writeFile(at.binding, 'of its own installation');
    await at.addProgram('g++', fakeCompiler.replace('good', 'bad'));
    expect(await complaint(at, 'install')).toMatch(
      /^1: the new binding .* does not work, and has been removed: Error: the binding is bad.*\. Try another version/,
    );
    expect(await readFile(at.binding, 'utf8')).toBe('of its own installation');
    expect(await readdir(dirname(at.binding))).toEqual(['tfjs_binding.node']);
  });

  test('a disk that is too small', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const name = 'tensorflow/libtensorflow_cc.so.2';
    const wheel = await wheelOf(at, { ...wheelFiles, [name]: { text: wheelFiles[name] as string, size: 2 ** 50 } });
    expect(await complaint(at, 'install', '--from', wheel)).toMatch(
      /^1: too little room in .*: unpacking \S+ takes 1125899\.9 GB, [\d.]+ .B are free\. Make room, or .*--cache\.$/,
    );
  });

  test('what is no wheel of TensorFlow for this machine', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const from = (path: string, ...more: string[]): Promise<string> => complaint(at, 'install', '--from', path, ...more);
    expect(await from('missing.whl')).toMatch(/^1: --from missing\.whl: there is no such file or folder\. It takes/);
    expect(await from(at.index)).toMatch(/^1: .*index is no folder of TensorFlow: expected libtensorflow_cc\.so\.2, .*import tensorflow/);
    expect(await from(await wheelOf(at, wheelFiles, 'tensorflow.zip'))).toMatch(/^1: .*tensorflow\.zip is not named as a wheel is: expected tensorflow_cpu-/);
    expect(await from(await wheelOf(at, { 'numpy/a.py': '' }))).toMatch(/^1: .* has no tensorflow\/libtensorflow_cc\.so\.2: expected a wheel of/);
    for (const platform of ['win_amd64', 'macosx_12_0_arm64', 'manylinux_2_27_ppc64le'])
      expect(await from(await wheelOf(at, wheelFiles, `tensorflow-2.99.0-cp312-cp312-${platform}.whl`))).toMatch(
        new RegExp(`^1: \\S+ is for ${platform}, expected one for manylinux_\\*_`),
      );
    expect(await from(await wheelOf(at, wheelFiles, wheelName.replace(/^tensorflow(_cpu)?/, 'tensorflow_cpu')), '--gpu')).toMatch(
      /^1: \S+ is a build for the CPU: --gpu takes/,
    );
    expect(await from(await wheelOf(at, { ...wheelFiles, 'tensorflow-2.99.0.dist-info/METADATA': 'Requires-Dist: numpy' }, gpuWheelName), '--gpu')).toMatch(
      /^1: \S+ names no packages of CUDA to go with it/,
    );
    expect(existsSync(at.binding)).toBe(false);
  });

  test('a damaged wheel, and keeps nothing of the damaged part', async ({ expect }) => {
    const at = await installed('tfjs-node');
    const whole = await wheelOf(at, wheelFiles);
    await truncate(whole, 500);
    expect(await complaint(at, 'install', '--from', whole)).toMatch(/^1: \S+ is no wheel, or a damaged one: .*Remove it and run the command again/);

    const name = 'tensorflow/libtensorflow_cc.so.2';
    const wheel = await wheelOf(at, { ...wheelFiles, [name]: { text: wheelFiles[name] as string, checksum: 1 } });
    expect(await complaint(at, 'install', '--from', wheel)).toMatch(/^1: .*damaged one: the checksum of tensorflow\/libtensorflow_cc\.so\.2 is wrong/);
    expect(await readdir(join(at.cache, `cpu-${basename(wheelName, '.whl')}`, 'tensorflow'))).toEqual([]);
  });
});
