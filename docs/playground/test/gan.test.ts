import { differences, type Described } from '@ganzoo/core';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import ts from 'typescript';
import { dataOf } from '../gan/data.ts';
import { ganOf, losses } from '../gan/gan.ts';
import { snippet } from '../gan/snippet.ts';
import { choices } from '../settings/choices.ts';
import { snapped } from '../settings/drawing.ts';
import { changed, initial, type Settings } from '../settings/settings.ts';
import { lossCaptions } from '../words/captions.ts';

const drawing = [snapped(0.5, 0.5), snapped(-0.5, 0.25), snapped(1, -1)];
/** Every choice of every plug at least once. */
const all: readonly Settings[] = [
  ...choices.variant.map((variant) => changed(initial, { variant, criticSteps: 3, seed: 7 })),
  ...choices.loss.map((loss) => changed(initial, { loss, average: 'on', layers: 3, width: 16 })),
  ...choices.regularizer.map((regularizer) =>
    changed({ ...initial, variant: 'vanillaGan', loss: 'hinge' }, { regularizer, latentDim: 8, generatorRate: 1e-5 }),
  ),
  ...choices.data.map((data) => changed(initial, { data, drawing, batchSize: 32, discriminatorRate: 0 })),
];

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(fileURLToPath(new URL('.', import.meta.url)), 'snippet-'));
});
afterAll(() => rm(dir, { recursive: true }));

test.each(all)('the program of $variant, $loss, $regularizer, $data makes the same GAN', async (settings) => {
  const text = snippet(settings, 100);
  // The GAN and the data are looked at; nothing is trained.
  const [head = '', tail = ''] = text.split('const trainer = ');
  const source = /fit\((.*), \{ steps: 100, batchSize: (\d+) \}\)/.exec(tail);
  const program = `${head.replace(/import \{ useBackend \}.*\n/, '').replace('await useBackend();\n', '')}export { gan };\nexport const data = ${source?.[1]};\n`;
  const path = join(dir, `${all.indexOf(settings)}.ts`);
  await writeFile(path, program);
  const made = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { gan: Described; data: { name: string; size: number } | number[][] };
  const own = ganOf(settings);
  expect(made.gan.name).toBe(own.name);
  expect(differences(made.gan.config, own.config)).toEqual([]);
  const expected = dataOf(settings);
  if (Array.isArray(made.data)) expect(made.data).toEqual(settings.drawing);
  else expect([made.data.name, made.data.size]).toEqual([expected.name, expected.size]);
  expect(Number(source?.[2])).toBe(settings.batchSize);
  expect(tail).toContain(`seed: ${settings.seed} `);
});

test('every program is right TypeScript', async () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const paths = await Promise.all(
    all.map(async (settings, i) => {
      const path = join(dir, `whole-${i}.ts`);
      await writeFile(path, snippet(settings, 100));
      return path;
    }),
  );
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, root);
  const program = ts.createProgram(paths, { ...options, noEmit: true, types: [] });
  const complaints = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.startsWith(dir))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(complaints).toEqual([]);
});

test('packages that programs import are those there are', async () => {
  const require = createRequire(import.meta.url);
  for (const settings of all) {
    const names = [...snippet(settings, 1).matchAll(/from '(@ganzoo\/[^/']+)/g)].map(([, name]) => name as string).filter((name) => name !== '@ganzoo/node');
    for (const name of names) expect(JSON.parse(await readFile(require.resolve(`${name}/package.json`), 'utf8')).name).toBe(name);
  }
});

test('the line between real and fake that captions tell of is the loss’s own', () => {
  for (const name of choices.loss) expect(lossCaptions[name].boundary).toBe(losses[name]().boundary);
});
