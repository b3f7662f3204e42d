import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('@tensorflow/tfjs');
});

/** The package as it sees a TensorFlow.js with some of its exports replaced. */
async function useBackendWith(replaced: object): Promise<(name: 'cpu') => Promise<unknown>> {
  vi.resetModules();
  vi.doMock('@tensorflow/tfjs', async (original) => ({ ...(await original<typeof import('@tensorflow/tfjs')>()), ...replaced }));
  return (await import('@ganzoo/node')).useBackend;
}

test('refuses an engine that another copy has made', async () => {
  const useBackend = await useBackendWith({ Environment: Map });
  await expect(useBackend('cpu')).rejects.toThrow(/more than one TensorFlow\.js is loaded: .*tfjs-core/);
});

test('refuses another version', async () => {
  const useBackend = await useBackendWith({ version: { 'tfjs-core': '4.21.0' } });
  await expect(useBackend('cpu')).rejects.toThrow(/expected TensorFlow\.js 4\.22\.x, got 4\.21\.0/);
});

test('refuses a second copy that came later, and names both', async () => {
  const useBackend = await useBackendWith({});
  await expect(useBackend('cpu')).resolves.toMatchObject({ name: 'cpu' });

  const root = await mkdtemp(join(tmpdir(), 'ganzoo-second-'));
  const dir = join(root, 'node_modules', '@tensorflow', 'tfjs-core');
  await mkdir(join(dir, 'dist'), { recursive: true });
  await writeFile(join(dir, 'package.json'), '{ "name": "@tensorflow/tfjs-core", "main": "dist/tf-core.node.js" }');
  await writeFile(join(dir, 'dist', 'tf-core.node.js'), '');
  const require = createRequire(join(root, 'here.js'));
  require(dir);
  try {
    await expect(useBackend('cpu')).rejects.toThrow(new RegExp(`more than one TensorFlow\\.js is loaded: .*, .*${dir}\\. .*npm ls`));
  } finally {
    delete require.cache[require.resolve(dir)];
    await rm(root, { recursive: true });
  }
  await expect(useBackend('cpu')).resolves.toMatchObject({ name: 'cpu' });
});
