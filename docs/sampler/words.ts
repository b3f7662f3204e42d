import { cards } from '@ganzoo/pretrained';
import type { Failure } from './engine/protocol.ts';
import type { Sample } from './sample.ts';
import { signed } from './view/pictures.ts';

/** What the picture shows, for who does not see it. */
export function alternative({ generator, seed, toward, at, shifts }: Sample): string {
  const where = at > 0 ? `between those of seeds ${seed} and ${toward}` : `of seed ${seed}`;
  const turned = shifts.flatMap((value, i) => (value === 0 ? [] : [`direction ${i + 1} at ${signed(value, 2)}`]));
  return `A digit drawn by ${generator}, ${where}${turned.length > 0 ? `, ${turned.join(', ')}` : ', all sliders at 0'}`;
}

/** Under the picture. */
export function caption(sample: Sample, milliseconds: number, isWalking: boolean): string {
  const time = milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
  return `${isWalking ? 'On a walk' : place(sample)} · ${time} ms`;
}

/** The call that draws the same, where there is one. */
function place({ seed, toward, at, truncation, shifts }: Sample): string {
  if (at > 0) return `${Math.round(100 * at)} % of the way from seed ${seed} to ${toward}`;
  const options = truncation === null ? `seed: ${seed}` : `seed: ${seed}, truncation: ${truncation}`;
  return shifts.some((value) => value !== 0) ? `Seed ${seed}, moved` : `sample(1, { ${options} })`;
}

export function loading(generator: string): string {
  const bytes = cards.find(({ name }) => name === generator)?.bytes;
  return `Loading ${generator}${bytes ? `, ${((bytes * 4) / 3e6).toFixed(1)} MB` : ''}`;
}

/** A failure in words: what happened, and what to try. */
export function failureInWords({ kind, message }: Failure): string {
  if (kind === 'backend')
    return `${message} The page draws with WebAssembly in a worker; a current Firefox, Chrome, Edge or Safari can. If it can, check the network and reload the page.`;
  return `Nothing was drawn: ${message} Check the network, then reload the page or choose another generator.`;
}
