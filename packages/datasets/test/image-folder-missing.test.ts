import { imageFolder, mnist } from '@ganzoo/datasets/node';
import { expect, test, vi } from 'vitest';

vi.mock('sharp', () => {
  throw new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions: ...');
});

test('without the binaries of sharp it says how to get them, and digits need none', async () => {
  const message = /'sharp', which decodes images, does not load: .+npm install --include=optional sharp'\.$/;
  await expect(imageFolder('.')).rejects.toThrow(message);
  expect((await mnist({ split: 'test' })).size).toBe(10_000);
});
