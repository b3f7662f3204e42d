import { choices, type ChoiceKey } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';
import { lossCaptions, regularizerCaptions } from '../words/captions.ts';

/** How a setting is offered: a menu, or a slider over its values. */
export interface Field {
  readonly key: ChoiceKey;
  readonly kind: 'menu' | 'slider';
  readonly label: string;
  readonly say: (value: Settings[ChoiceKey]) => string;
  /** A label that depends on the other settings. */
  readonly labelOf?: (settings: Settings) => string;
  readonly isIdle?: (settings: Settings) => boolean;
}

export interface FieldGroup {
  readonly title: string;
  readonly note?: string;
  readonly fields: readonly Field[];
}

const plain = (value: unknown): string => String(value);
const rate = (value: unknown): string =>
  value === 0 ? '0, stands still' : (value as number) < 1e-3 ? (value as number).toExponential().replace('e-', 'e−') : String(value);
const dataTitles = { ring: 'Ring of 8', grid: 'Grid of 25', swissRoll: 'Swiss roll', drawn: 'Draw your own' };

export const groups: readonly FieldGroup[] = [
  {
    title: 'While it runs',
    fields: [
      { key: 'generatorRate', kind: 'slider', label: 'Generator’s rate', say: rate },
      { key: 'discriminatorRate', kind: 'slider', label: 'Discriminator’s rate', say: rate },
      { key: 'criticSteps', kind: 'slider', label: 'Critic steps a generator step', say: plain },
    ],
  },
  {
    title: 'The GAN',
    note: 'A change begins a new run.',
    fields: [
      { key: 'variant', kind: 'menu', label: 'Variant', say: plain },
      { key: 'loss', kind: 'menu', label: 'Loss', say: (value) => lossCaptions[value as Settings['loss']].title },
      { key: 'regularizer', kind: 'menu', label: 'Regularizer', say: (value) => regularizerCaptions[value as Settings['regularizer']].title },
      {
        key: 'weight',
        kind: 'slider',
        label: 'Weight λ',
        say: plain,
        labelOf: ({ regularizer }) => (regularizer === 'weightClipping' ? 'Limit of each weight' : 'Weight λ'),
        isIdle: ({ regularizer }) => regularizer === 'none',
      },
      { key: 'data', kind: 'menu', label: 'Data', say: (value) => dataTitles[value as Settings['data']] },
    ],
  },
  {
    title: 'Networks and batches',
    note: 'A change begins a new run.',
    fields: [
      { key: 'layers', kind: 'menu', label: 'Layers', say: plain },
      { key: 'width', kind: 'menu', label: 'Units each', say: plain },
      { key: 'latentDim', kind: 'menu', label: 'Latents', say: plain },
      { key: 'batchSize', kind: 'menu', label: 'Batch size', say: plain },
      { key: 'average', kind: 'menu', label: 'Samples of', say: (value) => (value === 'on' ? 'average' : 'weights now') },
    ],
  },
];

/** The place in the list of its values that is nearest to a setting's. */
export function indexOf(key: ChoiceKey, value: Settings[ChoiceKey]): number {
  return Math.max(0, (choices[key] as readonly unknown[]).indexOf(value));
}
