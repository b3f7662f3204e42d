import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { temporaryOf } from '../temporaries.ts';
import { firstProgram, runProgram, step, type Say } from './programs.ts';
import { Refusal } from './refusal.ts';

/** An index out of reach otherwise costs minutes: pip tries five times, 15 s each. */
const PATIENCE = ['--retries', '1', '--timeout', '15'];

/** TensorFlow has wheels for it since 2.16. The C library in them is the same for every Python. */
const OTHER_PYTHON = '3.12';

const PROBE = `
import importlib.util, json, platform, sys, sysconfig
print(json.dumps({'version': platform.python_version(), 'tag': 'cp%d%d' % sys.version_info[:2],
  'platform': sysconfig.get_platform() + ' ' + ' '.join(platform.libc_ver()), 'pip': importlib.util.find_spec('pip') is not None}))`;

interface Python {
  readonly file: string;
  readonly version: string;
  readonly tag: string;
  readonly platform: string;
  readonly pip: boolean;
}

export async function findPython(): Promise<Python | undefined> {
  const found = await firstProgram(['python3', 'python'], ['-c', PROBE]);
  return found && { file: found.file, ...(JSON.parse(found.stdout) as Omit<Python, 'file'>) };
}

/**
 * Downloads wheels with pip into a folder that is there afterwards with all of them, or not at all.
 *
 * @param projects such as `tensorflow-cpu`, or with versions as pip writes them
 * @returns their paths; at once where the folder is there
 * @throws Refusal when there is no Python, no pip, no such wheel, or no network
 */
export async function downloadWheels(projects: readonly string[], folder: string, say: Say): Promise<string[]> {
  const list = async (): Promise<string[]> => (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  const kept = await list();
  if (kept.length > 0) {
    say(`${kept.map((path) => basename(path)).join(', ')}: downloaded before`);
    return kept;
  }
  const temporary = temporaryOf(folder);
  await mkdir(temporary);
  try {
    await pip(projects, temporary, say);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { force: true, recursive: true });
  }
  return list();
}

async function pip(projects: readonly string[], folder: string, say: Say): Promise<void> {
  const python = await findPython();
  const elsewhere = 'or get a wheel of TensorFlow from elsewhere and give it with --from';
  if (!python) throw new Refusal(`expected Python 3, whose pip downloads TensorFlow, but there is no python3 and no python in PATH. Install it, ${elsewhere}.`);
  const { file, version } = python;
  if (!python.pip) throw new Refusal(`${file} ${version} has no pip. Install it ('apt install python3-pip' or '${file} -m ensurepip'), ${elsewhere}.`);

  const download = (...more: string[]): ReturnType<typeof runProgram> => {
    const quiet = ['--disable-pip-version-check', '--progress-bar', 'off'];
    return runProgram(file, ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...quiet, ...PATIENCE, '-d', folder, ...more, ...projects]);
  };
  await step(say, `downloading ${projects.join(' ')} with the pip of ${file} ${version}`, async () => {
    const own = await download();
    if (own.status === 0 || (await download('--python-version', OTHER_PYTHON)).status === 0) return;
    throw noWheel(projects, python, own.output);
  });
}

function noWheel(projects: readonly string[], python: Python, said: string): Refusal {
  const errors = said.split('\n').filter((line) => /^ERROR|NewConnectionError|timed out/.test(line));
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return new Refusal(
    `pip found no wheel of ${projects.join(' ')} tagged ${python.tag} for ${python.platform.trim()}, nor one tagged cp${OTHER_PYTHON.replace('.', '')}. ` +
      `It said: ${(errors.join(' ') || said.trim()).slice(0, 600)}\n` +
      `Can pip reach its index ('python3 -m pip config list')? If not, give with --from a wheel for manylinux_*_${architecture}, whichever Python it is tagged for.`,
  );
}
