import ts from 'typescript';
import type { Block, Page } from './page.ts';

export interface Program {
  readonly text: string;
  /** The page's line of each line of the program. */
  readonly lines: readonly number[];
}

/** The `ts` blocks of a page as one module: imports first, then each block within the scope of the one above. */
export function programOf({ path, blocks }: Page, wanted: (block: Block) => boolean): Program | undefined {
  const chosen = blocks.filter((block) => block.language === 'ts' && !block.file && wanted(block));
  if (chosen.length === 0) return undefined;
  const imports = new Map<string, { readonly text: string; readonly line: number }>();
  const body: (readonly [string, number])[] = [];
  for (const block of chosen) {
    const source = ts.createSourceFile('block.ts', block.code, ts.ScriptTarget.ESNext, true);
    let rest = block.code;
    for (const statement of source.statements.filter(ts.isImportDeclaration)) {
      const line = block.line + source.getLineAndCharacterOfPosition(statement.getStart()).line;
      for (const [name, text] of importsOf(statement)) {
        const before = imports.get(name);
        if (before && before.text.replace('type ', '') !== text.replace('type ', ''))
          throw new Error(`${path}:${line}: '${name}' was imported from elsewhere above (${before.text}).`);
        // One that is more than a type serves as a type too.
        if (!before || before.text.includes('{ type ')) imports.set(name, { text, line });
      }
      const [from, to] = [statement.getStart(), statement.getEnd()];
      rest = rest.slice(0, from) + rest.slice(from, to).replace(/[^\n]/g, ' ') + rest.slice(to);
    }
    body.push(['{', block.line - 1]);
    for (const [i, line] of rest.split('\n').entries()) body.push([line.replace(/^export (?=const|function|class|interface|type)/, ''), block.line + i]);
  }
  const ends = chosen.map(() => ['}', 0] as const);
  const all = [...[...imports.values()].map(({ text, line }) => [text, line] as const), ...body, ...ends, ['export {};', 0] as const];
  return { text: all.map(([text]) => text).join('\n'), lines: all.map(([, line]) => line) };
}

/** Every name that a statement imports, with the statement that imports it alone. */
function importsOf({ importClause, moduleSpecifier }: ts.ImportDeclaration): [name: string, text: string][] {
  const from = moduleSpecifier.getText();
  if (!importClause) return [[from, `import ${from};`]];
  const { namedBindings, phaseModifier } = importClause;
  if (!namedBindings || ts.isNamespaceImport(namedBindings)) {
    const bound = importClause.getText();
    return [[bound, `import ${bound} from ${from};`]];
  }
  const allTypes = phaseModifier === ts.SyntaxKind.TypeKeyword;
  return namedBindings.elements.map((element) => {
    const text = element.getText();
    return [element.name.text, `import { ${allTypes && !element.isTypeOnly ? `type ${text}` : text} } from ${from};`];
  });
}
