import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { sweepTemporaries } from '../temporaries.ts';
import { completeEntry, entriesOf, entryOf, libraryOf } from './cache.ts';
import { HEADERS, LIBRARIES, sizeOf, type Library } from './library.ts';
import { step, type Say } from './programs.ts';
import { downloadWheels } from './python.ts';
import { Refusal } from './refusal.ts';
import { expectRoom, showBytes } from './room.ts';
import { openWheel, parseWheelName, type Wheel } from './wheel.ts';

/** A wheel and what it unpacks to, about: pip does not say the size before it downloads. */
const ROOM = { cpu: 1.2e9, gpu: 9e9 };

/**
 * A library in the cache: one that is there, or a new one, from that wheel or downloaded. What an earlier run that was
 * killed has finished is kept.
 */
export async function cachedLibrary(cache: string, from: string | undefined, isGpu: boolean, say: Say): Promise<Library> {
  await makeDirectory(cache);
  await sweepTemporaries(cache);
  if (from !== undefined) return unpackWheel(cache, from, isGpu, say);
  const there = (await entriesOf(cache)).find(({ library }) => library?.isGpu === isGpu);
  const folder = join(cache, `download-${isGpu ? 'gpu' : 'cpu'}`);
  const library = there?.library ?? (await downloadAndUnpack(cache, folder, isGpu, say));
  await rm(folder, { force: true, recursive: true });
  return library;
}

async function downloadAndUnpack(cache: string, folder: string, isGpu: boolean, say: Say): Promise<Library> {
  await expectRoom(cache, isGpu ? ROOM.gpu : ROOM.cpu, `TensorFlow${isGpu ? ' with CUDA' : ''}`);
  const project = isGpu || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu';
  const [wheel] = await downloadWheels([project], folder, say);
  return unpackWheel(cache, wheel as string, isGpu, say);
}

async function unpackWheel(cache: string, path: string, isGpu: boolean, say: Say): Promise<Library> {
  expectFitting(path, isGpu);
  const entry = entryOf(cache, basename(path, '.whl'), isGpu);
  const there = await libraryOf(entry);
  if (there) return there;
  await sweepTemporaries(join(entry, 'tensorflow'));

  const wheel = await openWheel(path);
  try {
    const libraries = LIBRARIES.map((name) => `tensorflow/${name}`);
    const within = 'tensorflow/include/';
    const headers = [...wheel.sizes.keys()].filter((name) => HEADERS.some((folder) => name.startsWith(within + folder)) && !name.endsWith('/'));
    const missing = libraries.filter((name) => !wheel.sizes.has(name));
    if (missing.length > 0 || headers.length === 0)
      throw new Refusal(`${path} has no ${missing[0] ?? within}: expected a wheel of tensorflow or tensorflow-cpu for Linux, 2.16 or later.`);

    await unpackMissing(wheel, libraries, entry, say);
    const include = join(entry, 'tensorflow', 'include');
    if (sizeOf(join(include, 'tensorflow/c/c_api.h')) === undefined)
      await step(say, `unpacking ${headers.length} headers`, () => wheel.unpackFolder(headers, within, include));
    const cuda = isGpu ? await unpackCuda(wheel, entry, say) : [];

    const files = [...libraries, ...cuda].map((name) => [name, sizeOf(join(entry, name)) as number]);
    await completeEntry(entry, { isGpu, files: Object.fromEntries(files) });
    await rm(join(entry, 'download'), { force: true, recursive: true });
    return (await libraryOf(entry)) as Library;
  } finally {
    wheel.close();
  }
}

/** Refuses by its name a wheel for another machine, and a CPU build where a GPU is asked for. */
function expectFitting(path: string, isGpu: boolean): void {
  const name = parseWheelName(path);
  if (!name)
    throw new Refusal(`${path} is not named as a wheel is: expected tensorflow_cpu-<version>-<python>-<abi>-<platform>.whl. Give it its own name back.`);
  const wanted = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  if (!name.platform.includes('linux') || !name.platform.endsWith(wanted))
    throw new Refusal(`${basename(path)} is for ${name.platform}, expected one for manylinux_*_${wanted}; which Python it is tagged for does not matter.`);
  if (isGpu && name.project !== 'tensorflow')
    throw new Refusal(`${basename(path)} is a build for the CPU: --gpu takes a wheel of the project 'tensorflow'. Give that, or leave --gpu out.`);
}

async function unpackMissing(wheel: Wheel, names: readonly string[], entry: string, say: Say): Promise<void> {
  const sizes = new Map(names.map((name) => [name, wheel.sizes.get(name) as number]));
  const missing = names.filter((name) => sizeOf(join(entry, name)) !== sizes.get(name));
  for (const name of names) if (!missing.includes(name)) say(`${basename(name)}: unpacked before`);
  const bytes = missing.reduce((sum, name) => sum + (sizes.get(name) as number), 0);
  await makeDirectory(entry);
  await expectRoom(entry, bytes, `unpacking ${basename(wheel.path)}`);
  for (const name of missing) {
    await step(say, `unpacking ${basename(name)}, ${showBytes(sizes.get(name) as number)}`, () => wheel.unpack(name, join(entry, name)));
  }
}

/**
 * TensorFlow for GPUs finds the libraries of CUDA and cuDNN next to its own folder, as pip lays them out.
 *
 * @returns their names within the entry
 */
async function unpackCuda(tensorflow: Wheel, entry: string, say: Say): Promise<string[]> {
  const metadata = await tensorflow.read([...tensorflow.sizes.keys()].find((name) => name.endsWith('.dist-info/METADATA')) ?? 'METADATA');
  // Such as: Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
  const wanted = metadata.split('\n').flatMap((line) => /^Requires-Dist: (nvidia[^;]+);.*and-cuda/.exec(line)?.[1]?.replaceAll(/[\s()]/g, '') ?? []);
  if (wanted.length === 0)
    throw new Refusal(
      `${basename(tensorflow.path)} names no packages of CUDA to go with it ("and-cuda"). Give with --from the folder of an installed tensorflow.`,
    );
  const unpacked: string[] = [];
  for (const path of await downloadWheels(wanted, join(entry, 'download'), say)) {
    const wheel = await openWheel(path);
    try {
      const names = [...wheel.sizes.keys()].filter((name) => /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(name));
      for (const name of names) await sweepTemporaries(dirname(join(entry, name)));
      await unpackMissing(wheel, names, entry, say);
      unpacked.push(...names);
    } finally {
      wheel.close();
    }
  }
  return unpacked;
}
