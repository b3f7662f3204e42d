/** Says how close a folder of generated images comes to a folder of real ones, in one table. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectInteger, expectOneOf, GanzooError } from '@ganzoo/core';
import { fidInceptionWeights, mnistClassifier, type Classifier, type WorkOptions } from '@ganzoo/metrics';
import { fidInception, imageFolder } from '@ganzoo/metrics/node';
import { useBackend } from '@ganzoo/node';
import { compare } from './compare.ts';
import { writeDigits } from './digits.ts';
import { shown } from './progress.ts';

async function evaluate(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { extractor: { type: 'string' }, weights: { type: 'string' }, samples: { type: 'string' }, demo: { type: 'boolean' }, out: { type: 'string' } },
  });
  // Weights are only wanted by one of them.
  const { weights, demo = false, extractor = weights === undefined ? 'mnist' : 'inception' } = values;
  expectOneOf('example', '--extractor', extractor, ['mnist', 'inception']);
  if (extractor === 'inception' && weights === undefined)
    throw new GanzooError('example', `--extractor inception needs --weights, the path of the published file or its URL, ${fidInceptionWeights.url}.`);
  const asked = values.samples !== undefined && /^\d+$/.test(values.samples) ? Number(values.samples) : values.samples;
  if (asked !== undefined) expectInteger('example', '--samples', asked, 20);
  if (!demo && positionals.length !== 2) {
    const usage = 'npm run example evaluate-folders -- real/ generated/';
    throw new GanzooError(
      'example',
      `give two folders of images, the real ones first, got ${positionals.length}: ${usage}. With none at hand, --demo makes two.`,
    );
  }
  if (demo ? positionals.length > 0 : values.out !== undefined)
    throw new GanzooError('example', '--demo makes its own folders, in --out: give none, or no --demo.');

  const interrupt = new AbortController();
  // Once: the second Ctrl-C finds no listener and ends the process.
  process.once('SIGINT', () => interrupt.abort(new GanzooError('example', 'stopped by Ctrl-C.')));
  const work = (label: string): WorkOptions => ({ signal: interrupt.signal, onProgress: shown(label) });

  const { name, device } = await useBackend();
  console.error(`On ${name} (${device}).`);
  const judge: Classifier = extractor === 'mnist' ? await mnistClassifier() : await fidInception(weights as string);
  const folders = demo ? await writeDigits(values.out ?? mkdtempSync(join(tmpdir(), 'ganzoo-digits-')), asked ?? 500, work('writing digits')) : positionals;
  // The judge of digits sees one channel, the Inception network three.
  const open = (path: string) => imageFolder(path, { channels: extractor === 'mnist' ? 1 : 3, ...work(`checking ${path}`) });
  const [real, generated] = [await open(folders[0] as string), await open(folders[1] as string)];
  const samples = asked ?? Math.min(real.size, generated.size);
  if (Math.min(real.size, generated.size) < Math.max(20, samples))
    throw new GanzooError(
      'example',
      `${Math.max(20, samples)} images of either side are needed, but there are ${real.size} real and ${generated.size} generated ones.`,
    );

  const table = await compare({ real, generated, judge, samples, isInception: extractor === 'inception', work });
  judge.dispose();
  console.log(`${samples} of ${real.size} images of ${real.name}, ${real.sampleShape.join(' x ')}, are real,
${samples} of ${generated.size} images of ${generated.name}, ${generated.sampleShape.join(' x ')}, are generated; judged by ${judge.name}.

${text(table)}

The floor is one half of these real images against the other, ${Math.floor(samples / 2)} each: what a perfect generator would get with so many.
Fréchet distances shrink as images are added: compare only those of as many images, by the same judge.`);
}

/** Names to the left, numbers to the right. */
function text(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] as string).length))) ?? [];
  return table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}

try {
  await evaluate();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
