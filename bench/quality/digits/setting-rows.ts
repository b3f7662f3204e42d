import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from '../../markdown.ts';
import { writeWhole } from './training.ts';

export interface Setting {
  /** Of the generator; the discriminator has them in reverse. */
  readonly widths: readonly number[];
  readonly kernel: number;
  readonly batchSize: number;
  /** Of both players. */
  readonly rate: number;
}

export interface SettingRow extends Setting {
  /** Of training, on one thread. */
  readonly seconds: number;
  readonly score: number;
  readonly distance: number;
  readonly classKl: number;
}

export const settingsRealImages = 64_000;

const setting = (widths: readonly number[], batchSize: number, rate: number, kernel = 5): Setting => ({ widths, kernel, batchSize, rate });

export const settings: readonly Setting[] = [
  setting([128, 64], 64, 2e-4),
  setting([128, 64], 32, 2e-4),
  setting([64, 32], 64, 2e-4),
  setting([64, 32], 16, 2e-4),
  setting([64, 32], 64, 1e-3),
  setting([64, 32], 32, 1e-3),
  setting([64, 32], 16, 1e-3),
  setting([64, 32], 32, 2e-3),
  setting([64, 32, 16], 32, 1e-3),
  setting([64, 32, 16], 16, 2e-3),
  setting([256, 128, 64], 64, 2e-4),
  setting([128, 64, 32], 64, 1e-3),
  setting([128, 64, 32], 32, 1e-3),
  setting([128, 64, 32], 32, 1e-3, 4),
  setting([128, 64, 32], 32, 1e-3, 3),
  setting([128, 64, 32], 32, 2e-3, 4),
  setting([128, 64, 32], 16, 1e-3, 4),
  setting([128, 64, 32, 16], 32, 1e-3),
];

const path = fileURLToPath(new URL('../../results/digits/settings.json', import.meta.url));

export function settingRows(): readonly SettingRow[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SettingRow[]) : [];
}

export function keepSetting(row: SettingRow): void {
  writeWhole(path, `[\n${[...settingRows(), row].map((each) => ` ${JSON.stringify(each)}`).join(',\n')}\n]\n`);
}

export function settingsTable(): string {
  const rows = settingRows().map(({ widths, kernel, batchSize, rate, score, distance, classKl, seconds }) => [
    widths.join(', '),
    String(kernel),
    String(batchSize),
    rate.toExponential(),
    score.toFixed(2),
    distance.toFixed(2),
    classKl.toFixed(3),
    (seconds / 60).toFixed(1),
  ]);
  return table(['widths', 'kernel', 'batch', 'rates', 'classifier score', 'Fréchet classifier distance', 'class KL', 'minutes of a core'], rows);
}
