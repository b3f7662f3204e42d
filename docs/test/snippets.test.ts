import { expect, test } from 'vitest';
import { typecheck } from './snippets/check.ts';
import { blocksOf, pages } from './snippets/page.ts';

test('every block of code of every page typechecks', () => {
  expect(pages().flatMap(({ blocks }) => blocks).length).toBeGreaterThan(60);
  expect(typecheck()).toEqual([]);
});

test('blocks that are not run or not checked say why', () => {
  const exempt = pages().flatMap(({ path, blocks }) => blocks.filter(({ unrun }) => unrun).map(({ line, unrun }) => `${path}:${line}: ${unrun}`));
  expect(exempt.length).toBeLessThan(30);
  expect(() => blocksOf('page.md', '<!-- no-run -->\n```ts\n```')).toThrow('say why');
  expect(() => blocksOf('page.md', '<!-- no-run: because -->\ntext')).toThrow('belongs to no block');
  expect(() => blocksOf('page.md', '```python\n```')).toThrow('nobody runs');
});
