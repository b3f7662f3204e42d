/**
 * Code blocks of pages as programs.
 *
 * A page is one program: each `ts` block sees the names of those above it and may declare them anew. Comments say what a reader
 * need not see: `<!-- ts`, code, `-->` is code that a page takes for granted (`<!-- sh` commands, `<!-- ts index.ts` a file beside
 * the program). Before a block, `<!-- no-run: why -->` keeps it from being run, `<!-- no-check: why -->` from being typechecked too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Block {
  readonly language: 'ts' | 'sh';
  /** Line of the page its code begins at, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** A file of its own beside the program. */
  readonly file?: string;
  /** Why it is not run, or not even typechecked. */
  readonly unrun?: string;
  readonly unchecked?: string;
}

export interface Page {
  /** Relative to the repository. */
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** Every page whose blocks readers will copy. */
export function pages(): Page[] {
  const guides = ['docs/guide', 'docs/zh', 'docs/zh/guide'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  const readmes = readdirSync(join(root, 'packages'))
    .map((name) => join('packages', name, 'README.md'))
    .filter((path) => existsSync(join(root, path)));
  return ['README.md', 'docs/index.md', ...guides, ...readmes]
    .map((path) => ({ path: relative(root, join(root, path)), blocks: blocksOf(path, readFileSync(join(root, path), 'utf8')) }))
    .filter(({ blocks }) => blocks.length > 0);
}

/** @throws where a fence has no end, an exemption no reason or no block, or a block a language that nobody runs */
export function blocksOf(path: string, text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let exemption: Pick<Block, 'unrun' | 'unchecked'> = {};
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const said = /^<!-- no-(run|check):?\s*(.*?)\s*-->$/.exec(line);
    const opening = /^(?:```|<!-- )(ts|sh)(?: (\S+))?$/.exec(line);
    if (said) {
      if (!said[2]) throw new Error(`${path}:${at + 1}: say why: <!-- no-${said[1]}: reason -->`);
      exemption = said[1] === 'run' ? { unrun: said[2] } : { unrun: said[2], unchecked: said[2] };
    } else if (opening) {
      const close = line.startsWith('<!--') ? '-->' : '```';
      const end = lines.indexOf(close, at);
      if (end < 0) throw new Error(`${path}:${at + 1}: a block without its '${close}'.`);
      const [, language, file] = opening as unknown as [string, 'ts' | 'sh', string?];
      blocks.push({ language, line: at + 2, code: lines.slice(at + 1, end).join('\n'), ...(file && { file }), ...exemption });
      exemption = {};
      at = end;
    } else if (/^```\S/.test(line)) {
      throw new Error(`${path}:${at + 1}: nobody runs '${line}'. Write ts or sh.`);
    } else if (line !== '' && exemption.unrun) {
      throw new Error(`${path}:${at + 1}: the exemption above belongs to no block.`);
    }
  }
  return blocks;
}
