import { arrayDataset, expectInteger, expectKeys, GanzooError } from '@ganzoo/core';
import type { Dataset } from '@ganzoo/core';
import type { DataFile } from './data-file.ts';
import { parseIdx } from './idx.ts';

const SCOPE = 'datasets/idx';

/** Options of {@link idxDataset}. */
export interface IdxDatasetOptions {
  /** The dataset's name. */
  readonly name: string;
  /** IDX images `[count, height, width]`. */
  readonly images: DataFile;
  /** IDX labels `[count]`. */
  readonly labels: DataFile;
  /** Labels must be less than this. 256 unless told. */
  readonly classes?: number;
  /** Height and width the images must have, where only one size is right. */
  readonly imageSize?: readonly [number, number];
}

/**
 * A dataset of labelled grey images from a pair of IDX files: samples `[height, width, 1]` in [-1, 1], labels
 * 0 to `classes - 1`.
 *
 * @throws GanzooError when a file is corrupt, the files do not belong together, or a size or a label is wrong
 */
export function idxDataset(options: IdxDatasetOptions): Dataset {
  expectKeys(SCOPE, options, ['name', 'images', 'labels', 'classes', 'imageSize']);
  const { name, classes = 256, imageSize } = options;
  expectInteger(SCOPE, 'classes', classes, 1);
  const images = parseIdx(options.images.bytes, options.images.name);
  const labels = parseIdx(options.labels.bytes, options.labels.name);

  const [count, height, width] = images.dims;
  if (count === undefined || height === undefined || width === undefined) {
    throw new GanzooError(SCOPE, `'${options.images.name}' holds labels; expected images. Are the two files swapped?`);
  }
  if (labels.dims.length !== 1) throw new GanzooError(SCOPE, `'${options.labels.name}' holds images; expected labels. Are the two files swapped?`);
  if (imageSize && (height !== imageSize[0] || width !== imageSize[1])) {
    throw new GanzooError(
      SCOPE,
      `'${options.images.name}' has images of ${height} x ${width}; '${name}' has ${imageSize.join(' x ')}. It is another dataset's file.`,
    );
  }
  if (labels.dims[0] !== count) {
    throw new GanzooError(
      SCOPE,
      `'${options.images.name}' has ${count} images, but '${options.labels.name}' has ${labels.dims[0]} labels. They are not of one set, or one is corrupt.`,
    );
  }
  const wrong = labels.values.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new GanzooError(
      SCOPE,
      `'${options.labels.name}' has label ${labels.values[wrong]} at image ${wrong}; expected 0 to ${classes - 1}. It is corrupt, or another dataset's file.`,
    );
  }
  return arrayDataset({ name, values: images.values, sampleShape: [height, width, 1], labels: labels.values });
}
