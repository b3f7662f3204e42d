import { branches, conv, maxPool, maxPoolHalving, meanPool, valid, type Branches, type Layer, type Pool } from './layers.ts';

/** Height and width of the images it takes. */
export const INPUT_SIZE = 299;
export const INPUT_CHANNELS = 3;
/** Classes of its logits: ImageNet's 1000 are 1 to 1000; 0 and 1001 to 1007 mean nothing. */
export const CLASSES = 1008;
/** Of every batch norm. */
export const BATCH_NORM_EPSILON = 1e-3;

/** The features an Inception stage ends in, by their number of channels; those of 2048 are `pool3`. */
export type FeatureDimensions = 64 | 192 | 768 | 2048;

/**
 * Inception v3 (https://arxiv.org/abs/1512.00567) as Google's graph of 2015-12-05 has it, which the FID and the Inception
 * Score are defined by. It is not the network of torchvision or Keras: besides its weights and classes, its mean poolings
 * leave padding out, and the last block pools by the maximum. Names are those of pytorch-fid's weights, hence torchvision's.
 *
 * Each stage is named by the channels it ends in, after which features may be taken.
 */
export const STAGES: readonly { readonly dimensions: FeatureDimensions; readonly layers: readonly Layer[] }[] = [
  { dimensions: 64, layers: [valid('Conv2d_1a_3x3', 32, 2), valid('Conv2d_2a_3x3', 32, 1), conv('Conv2d_2b_3x3', 64, 3), maxPoolHalving] },
  { dimensions: 192, layers: [conv('Conv2d_3b_1x1', 80, 1), valid('Conv2d_4a_3x3', 192, 1), maxPoolHalving] },
  {
    dimensions: 768,
    layers: [
      mixed35('Mixed_5b', 32),
      mixed35('Mixed_5c', 64),
      mixed35('Mixed_5d', 64),
      reduction35('Mixed_6a'),
      mixed17('Mixed_6b', 128),
      mixed17('Mixed_6c', 160),
      mixed17('Mixed_6d', 160),
      mixed17('Mixed_6e', 192),
    ],
  },
  { dimensions: 2048, layers: [reduction17('Mixed_7a'), mixed8('Mixed_7b', meanPool), mixed8('Mixed_7c', maxPool)] },
];

/** On maps of 35 x 35: figure 5 of the paper, with a 5 x 5 in the middle. */
function mixed35(name: string, pooled: number): Branches {
  return branches(
    [conv(`${name}.branch1x1`, 64, 1)],
    [conv(`${name}.branch5x5_1`, 48, 1), conv(`${name}.branch5x5_2`, 64, 5)],
    [conv(`${name}.branch3x3dbl_1`, 64, 1), conv(`${name}.branch3x3dbl_2`, 96, 3), conv(`${name}.branch3x3dbl_3`, 96, 3)],
    [meanPool, conv(`${name}.branch_pool`, pooled, 1)],
  );
}

/** From 35 x 35 to 17 x 17: figure 10. */
function reduction35(name: string): Branches {
  return branches(
    [valid(`${name}.branch3x3`, 384, 2)],
    [conv(`${name}.branch3x3dbl_1`, 64, 1), conv(`${name}.branch3x3dbl_2`, 96, 3), valid(`${name}.branch3x3dbl_3`, 96, 2)],
    [maxPoolHalving],
  );
}

/** On maps of 17 x 17: figure 6, rows and columns of 7 in turn, `inner` channels in between. */
function mixed17(name: string, inner: number): Branches {
  return branches(
    [conv(`${name}.branch1x1`, 192, 1)],
    [conv(`${name}.branch7x7_1`, inner, 1), conv(`${name}.branch7x7_2`, inner, [1, 7]), conv(`${name}.branch7x7_3`, 192, [7, 1])],
    [
      conv(`${name}.branch7x7dbl_1`, inner, 1),
      conv(`${name}.branch7x7dbl_2`, inner, [7, 1]),
      conv(`${name}.branch7x7dbl_3`, inner, [1, 7]),
      conv(`${name}.branch7x7dbl_4`, inner, [7, 1]),
      conv(`${name}.branch7x7dbl_5`, 192, [1, 7]),
    ],
    [meanPool, conv(`${name}.branch_pool`, 192, 1)],
  );
}

/** From 17 x 17 to 8 x 8. */
function reduction17(name: string): Branches {
  return branches(
    [conv(`${name}.branch3x3_1`, 192, 1), valid(`${name}.branch3x3_2`, 320, 2)],
    [
      conv(`${name}.branch7x7x3_1`, 192, 1),
      conv(`${name}.branch7x7x3_2`, 192, [1, 7]),
      conv(`${name}.branch7x7x3_3`, 192, [7, 1]),
      valid(`${name}.branch7x7x3_4`, 192, 2),
    ],
    [maxPoolHalving],
  );
}

/** On maps of 8 x 8: figure 7, a row and a column of 3 side by side. */
function mixed8(name: string, pool: Pool): Branches {
  const rowAndColumn = (a: string, b: string): Branches => branches([conv(`${name}.${a}`, 384, [1, 3])], [conv(`${name}.${b}`, 384, [3, 1])]);
  return branches(
    [conv(`${name}.branch1x1`, 320, 1)],
    [conv(`${name}.branch3x3_1`, 384, 1), rowAndColumn('branch3x3_2a', 'branch3x3_2b')],
    [conv(`${name}.branch3x3dbl_1`, 448, 1), conv(`${name}.branch3x3dbl_2`, 384, 3), rowAndColumn('branch3x3dbl_3a', 'branch3x3dbl_3b')],
    [pool, conv(`${name}.branch_pool`, 192, 1)],
  );
}
