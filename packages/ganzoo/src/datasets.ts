import { stat } from 'node:fs/promises';
import { GanzooError, type Dataset } from '@ganzoo/core';
import { gridOfGaussians, ringOfGaussians, stackedMnist, swissRoll } from '@ganzoo/datasets';
import { cifar10, fashionMnist, imageFolder, mnist, type ImageFolderOptions } from '@ganzoo/datasets/node';
import { plain, unknownName } from './nearest.ts';

export const crops = ['center', 'top', 'none'] as const;

/** What a dataset is found by, kept in a run's recipe. */
export interface DatasetChoice {
  /** A name, or the path of a folder of images. */
  readonly dataset: string;
  /** Of images of a folder: pixels of their sides. */
  readonly size?: number;
  readonly channels?: 1 | 3;
  readonly crop?: NonNullable<ImageFolderOptions['crop']>;
  readonly flip?: true;
  readonly skipUnreadable?: true;
  /** Of datasets that are files: the folder they are in. */
  readonly dataDir?: string;
  readonly split?: 'train' | 'test';
}

const named: Readonly<Record<string, (choice: DatasetChoice) => Dataset | Promise<Dataset>>> = {
  mnist: (choice) => mnist(filesOf(choice)),
  'fashion-mnist': (choice) => fashionMnist(installedFiles('fashion-mnist', choice)),
  cifar10: (choice) => cifar10(installedFiles('cifar10', choice)),
  'stacked-mnist': async (choice) => stackedMnist(await mnist(filesOf(choice))),
  ring: () => ringOfGaussians(),
  grid: () => gridOfGaussians(),
  'swiss-roll': () => swissRoll(),
};

export const datasetNames = Object.keys(named);

/** Whether there are others of the same kind that training does not see. */
export function hasTestSet({ dataset }: DatasetChoice): boolean {
  return ['mnist', 'fashion-mnist', 'cifar10'].some((name) => plain(name) === plain(dataset));
}

/**
 * A dataset by its name, or the images of a folder.
 *
 * @throws GanzooError where there is neither
 */
export async function openDataset(
  choice: DatasetChoice,
  { signal, onNotice = () => undefined }: { readonly signal?: AbortSignal; readonly onNotice?: (notice: string) => void } = {},
): Promise<Dataset> {
  const { dataset } = choice;
  const name = datasetNames.find((candidate) => plain(candidate) === plain(dataset));
  if (name) {
    const odd = (['size', 'channels', 'crop', 'flip', 'skipUnreadable'] as const).find((option) => choice[option] !== undefined);
    if (odd) throw new GanzooError('command', `--${dashed(odd)} is for folders of images; '${name}' is as it is.`);
    return (named[name] as (typeof named)[string])(choice);
  }
  if ((await stat(dataset).catch(() => undefined))?.isDirectory()) return openFolder(choice, signal, onNotice);
  throw unknownName('dataset', dataset, datasetNames, 'Or give the path of a folder of images, such as ./photos.');
}

/** The images of a folder, which are decoded once, whatever that takes. */
async function openFolder(
  { dataset, size, channels = 3, crop, flip, skipUnreadable }: DatasetChoice,
  signal: AbortSignal | undefined,
  onNotice: (notice: string) => void,
): Promise<Dataset> {
  let toldAt = performance.now();
  const onProgress = (fraction: number): void => {
    if (performance.now() - toldAt < 2000) return;
    toldAt = performance.now();
    onNotice(`Reading the images of ${dataset}: ${Math.floor(100 * fraction)} %`);
  };
  const resized = size === undefined ? {} : { size, ...(crop && { crop }) };
  const images = await imageFolder(dataset, { channels, flip: flip ?? false, skipUnreadable: skipUnreadable ?? false, ...resized, signal, onProgress });
  for (const { file, reason } of images.unreadable) onNotice(`Left out: ${file}: ${reason}`);
  return images;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Of those that no package brings. */
function installedFiles(name: string, { dataDir, split }: DatasetChoice): { dir: string; split?: 'train' | 'test' } {
  if (dataDir === undefined) throw new GanzooError('command', `${name} needs --data-dir, the folder with its files as they are published.`);
  return { dir: dataDir, ...(split && { split }) };
}

function filesOf({ dataDir, split }: DatasetChoice): { dir?: string; split?: 'train' | 'test' } {
  return { ...(dataDir !== undefined && { dir: dataDir }), ...(split && { split }) };
}
