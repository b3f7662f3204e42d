import { expect, test } from 'vitest';
import { pages } from './snippets/page.ts';
import { capped, runPage } from './snippets/run.ts';

test.each(pages().map((page) => [page.path, page] as const))('the code of %s runs', async (_, page) => {
  await runPage(page);
});

test('steps and samples are capped, and nothing else', () => {
  expect(capped('const steps = 3000; fit(data, { steps: 20_000, batchSize: 64, samples: 5000 }) --steps 2000 --samples 2')).toBe(
    'const steps = 2; fit(data, { steps: 2, batchSize: 64, samples: 200 }) --steps 2 --samples 2',
  );
});
