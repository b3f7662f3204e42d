import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { pages, root, type Block, type Page } from './page.ts';
import { programOf } from './program.ts';

/** Ignored by git, and below docs, so that the packages docs depend on are found. */
const scratch = join(root, 'docs/.vitepress/cache/snippets');

export const folderOf = ({ path }: Page): string => join(scratch, path.replace(/\.md$/, '').replaceAll('/', '-'));

/** Writes the programs of all pages and typechecks them in one go. */
export function typecheck(): string[] {
  const lines = new Map<string, { readonly page: Page; readonly lines: readonly number[] }>();
  for (const page of pages()) {
    const program = programOf(page, ({ unchecked }) => unchecked === undefined);
    if (!program) continue;
    writeFiles(page, page.blocks);
    const file = join(folderOf(page), 'program.ts');
    writeFileSync(file, program.text);
    lines.set(file, { page, lines: program.lines });
  }
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A page may declare what it only shows.
  const program = ts.createProgram([...lines.keys()], { ...options, noUnusedLocals: false, noUnusedParameters: false });
  // The sources themselves are checked by a gate of their own.
  const sources = [...lines.keys()].flatMap((file) => program.getSourceFile(file) ?? []);
  const found = sources.flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]);
  return found.map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    if (!file) return message;
    const at = file.getLineAndCharacterOfPosition(start).line;
    const known = lines.get(file.fileName);
    return known ? `${known.page.path}:${known.lines[at]}: ${message}` : `${relative(root, file.fileName)}:${at + 1}: ${message}`;
  });
}

/** The files beside a page's program. */
export function writeFiles(page: Page, blocks: readonly Block[]): void {
  mkdirSync(folderOf(page), { recursive: true });
  for (const { file, code } of blocks) if (file) writeFileSync(join(folderOf(page), file), code);
}
