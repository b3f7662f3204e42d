import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Chart } from './curves.ts';
import type { InlinePicture, InlinePictures } from './inline-pictures.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A grid of small images is shown at twice its size up to this width. */
const SMALL = 480;

export interface Page {
  readonly title: string;
  readonly about: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly failure: string | undefined;
  readonly charts: readonly Chart[];
  readonly samples: InlinePictures;
  readonly settings: readonly (readonly [string, string])[];
  /** Of a page that goes on changing: the last event that is in it, see `watch/live-script.ts`. */
  readonly live?: { readonly after: string; readonly script: string };
}

/** The page as one HTML text that asks for nothing else. Whatever it is given is shown as text. */
export async function html({ title, about, facts, failure, charts, samples, settings, live }: Page): Promise<string> {
  const plotting = await library();
  const scripts = [plotting.script, script, ...(live ? [live.script] : [])];
  // Forbids the page what it should not do anyway, such as to ask for something or to run what got in by a name.
  const policy = `default-src 'none'; img-src data:${live ? " 'self'; connect-src 'self'" : ''}; style-src 'unsafe-inline'; script-src ${scripts.map(fingerprint).join(' ')}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${live ? '<link rel="icon" href="data:,">' : ''}
<title>${escaped(title)}</title>
<style>${plotting.style}${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="faint">${escaped(about)}</p>
${live ? `<p id="live" class="faint" role="status" data-after="${escaped(live.after)}"></p>` : ''}
${failure === undefined ? '' : `<p class="failure" role="note">Ended by an error: ${escaped(failure)}</p>`}
<dl>
${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('\n')}
</dl>
${samplesSection(samples)}
${chartsSection('Losses', charts, 'loss')}
${chartsSection('Measured', charts, 'measured')}
<h2>Settings</h2>
<table class="settings"><tbody>
${settings.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}
</tbody></table>
</main>
<script type="application/json" id="charts">${embedded(charts)}</script>
${scripts.map((code) => `<script>${code}</script>`).join('\n')}
</body>
</html>
`;
}

function samplesSection({ pictures, total }: InlinePictures): string {
  if (total === 0) return '';
  const left = total - pictures.length;
  const note = left === 0 ? '' : `<p class="faint">${pictures.length} of ${total} pictures; all are in the folder samples.</p>`;
  if (pictures.length === 0) return `<h2>Samples</h2>\n${note}`;
  const last = pictures.length - 1;
  const slide =
    last === 0
      ? `<p class="faint">Step ${pictures[0]?.step}</p>`
      : `<div class="slide"><input type="range" id="slider" min="0" max="${last}" step="1" value="${last}" autocomplete="off" aria-label="Step of the samples"><output id="step" for="slider"></output></div>`;
  return `<h2>Samples</h2>
<figure class="samples">
${pictures.map((picture, index) => image(picture, index === last)).join('\n')}
</figure>
${slide}
${note}`;
}

function image({ step, width, height, source }: InlinePicture, isShown: boolean): string {
  const factor = width <= SMALL ? 2 : 1;
  const attributes = `width="${width * factor}" height="${height * factor}" alt="Samples at step ${step}" data-step="${step}"${source.startsWith('data:') ? '' : ' loading="lazy"'}`;
  return `<img ${attributes}${factor > 1 ? ' class="small"' : ''}${isShown ? '' : ' hidden'} src="${source}">`;
}

function chartsSection(title: string, charts: readonly Chart[], kind: Chart['kind']): string {
  const drawn = charts.map((chart, index) => ({ chart, index })).filter(({ chart }) => chart.kind === kind);
  if (drawn.length === 0) return kind === 'loss' ? `<h2>${title}</h2>\n<p class="faint">The log has no values yet.</p>` : '';
  return `<h2>${title}</h2>
<noscript><p class="faint">The charts need JavaScript; it is in the page.</p></noscript>
<div class="charts">
${drawn.map(({ chart, index }) => chartFigure(chart, index)).join('\n')}
</div>`;
}

function chartFigure({ title, lines, steps, values }: Chart, index: number): string {
  const latest = lines.map((line, column) => `${line === title || title.endsWith(`/${line}`) ? '' : `${line} `}${lastOf(values[column] ?? [])}`).join(', ');
  const label = `Chart of ${title} over ${steps.length} steps; arrow keys read its values`;
  return `<figure class="chart"><figcaption>${escaped(title)} <span>${escaped(latest)}</span></figcaption>
<div class="plot" data-chart="${index}" tabindex="0" role="group" aria-label="${escaped(label)}"></div></figure>`;
}

function lastOf(values: readonly (number | null | false)[]): string {
  const value = values.findLast((item) => item !== false);
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : 'not finite';
}

/** The plotting library, with the licence that asks to go with it. */
async function library(): Promise<{ readonly script: string; readonly style: string }> {
  const require = createRequire(import.meta.url);
  const files = [require.resolve('uplot/dist/uPlot.iife.min.js'), require.resolve('uplot/dist/uPlot.min.css'), require.resolve('uplot/LICENSE')];
  const [code, css, license] = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  return { script: `/*\n${license}\n*/\n${code}`, style: css as string };
}

function fingerprint(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** JSON that no name in it can end. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}
