/** Every value a setting may have: what menus offer, and what a link may say. */
export const choices = {
  variant: ['vanillaGan', 'lsgan', 'wganGp', 'wgan'],
  loss: ['minimax', 'nonSaturating', 'leastSquares', 'wasserstein', 'hinge', 'relativistic'],
  regularizer: ['none', 'gradientPenalty', 'r1', 'r2', 'r1r2', 'dragan', 'weightClipping'],
  weight: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
  data: ['ring', 'grid', 'swissRoll', 'drawn'],
  layers: [1, 2, 3, 4],
  width: [8, 16, 32, 64, 128, 256],
  latentDim: [1, 2, 4, 8, 16, 32, 64],
  batchSize: [16, 32, 64, 128, 256, 512],
  average: ['off', 'on'],
  generatorRate: [0, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1],
  discriminatorRate: [0, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1],
  criticSteps: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
} as const;

export type Choices = typeof choices;
export type ChoiceKey = keyof Choices;
export type Variant = Choices['variant'][number];
export type Loss = Choices['loss'][number];
export type Regularizer = Choices['regularizer'][number];

/** Seeds are integers from 0 up to this. */
export const greatestSeed = 999_999;
