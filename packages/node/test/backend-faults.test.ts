import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { useBackend } from '@ganzoo/node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { installed, installedWebGpu, standIn, withBinding } from './binding-support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Fails where the package is loaded, though its binding is known to be bad. */
const untouched = "throw new Error('was loaded')";

/** Why `tensorflow` is refused. */
async function refusalOf(name: 'tensorflow' | 'webgpu' = 'tensorflow'): Promise<string> {
  return useBackend(name).then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

describe('a binding', () => {
  const cure = /(Run 'npx ganzoo-tensorflow install'|Run 'npm rebuild @tensorflow\/tfjs-node')\. Or use 'auto'\.$/;

  async function bindingWith(content: string, nodeApi = 8): Promise<string> {
    const dir = await installed('tfjs-node', untouched, withBinding);
    const binding = join(dir, 'lib', `napi-v${nodeApi}`, 'tfjs_binding.node');
    await mkdir(dirname(binding), { recursive: true });
    await writeFile(binding, content);
    return binding;
  }

  /** What Node throws on it. */
  function unloadable(message: string): void {
    vi.spyOn(process, 'dlopen').mockImplementation(() => {
      throw Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' });
    });
  }

  test('that is missing', async () => {
    const dir = await installed('tfjs-node', untouched, withBinding);
    const refusal = await refusalOf();
    expect(refusal).toContain(`it has no binding, ${join(dir, 'lib', 'napi-v8', 'tfjs_binding.node')}: its installation did not build or download it. Run`);
    expect(refusal).toMatch(cure);
  });

  test('that an old Node installed, in the folder of its Node-API', async () => {
    await bindingWith('binding', 6);
    const refusal = await refusalOf();
    expect(refusal).toMatch(/tfjs_binding\.node: it was installed by another Node, for Node-API 6, and this Node takes the one for 8\. Run/);
    expect(refusal).toMatch(cure);
  });

  test('that was built for another Node', async () => {
    const binding = await bindingWith('binding');
    unloadable(
      `The module '${binding}'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 93. This version of Node.js requires\nNODE_MODULE_VERSION 115. Please try re-compiling or re-installing\nthe module.`,
    );
    const refusal = await refusalOf();
    expect(refusal).toContain(`its binding does not load: it was built for another Node (module version 93; Node ${process.versions.node} has 115). Run`);
    expect(refusal).toMatch(cure);
  });

  test.each(['invalid ELF header', 'wrong ELF class: ELFCLASS32', 'file too short', 'cannot open shared object file: No such file or directory'])(
    'that was built for another machine, or is half a file: %s',
    async (said) => {
      const binding = await bindingWith('binding');
      unloadable(`${binding}: ${said}`);
      const refusal = await refusalOf();
      expect(refusal).toContain(`${binding}: ${said} (it was built for another system or processor, or is half a file). Run`);
      expect(refusal).toMatch(cure);
    },
  );

  test('whose library the system does not find: no word of another machine', async () => {
    await bindingWith('binding');
    unloadable('libtensorflow.so.2: cannot open shared object file: No such file or directory');
    const refusal = await refusalOf();
    expect(refusal).toContain('its binding does not load: libtensorflow.so.2: cannot open shared object file: No such file or directory. Run');
    expect(refusal).toMatch(cure);
  });

  test('that is no library at all', async () => {
    await bindingWith('no library');
    const refusal = await refusalOf();
    expect(refusal).toMatch(/its binding does not load: .*tfjs_binding\.node/);
    expect(refusal).toMatch(cure);
  });

  test('whose TensorFlow is gone', async () => {
    const binding = await bindingWith('binding');
    const library = join(dirname(binding), 'gone');
    const stamp = { library, isGpu: false, sizes: [1, 1], binding: createHash('sha256').update('binding').digest('hex') };
    await writeFile(join(dirname(binding), 'ganzoo.json'), JSON.stringify(stamp));
    const refusal = await refusalOf();
    expect(refusal).toContain(`the TensorFlow its binding was compiled for, in ${library}, is gone or damaged`);
    expect(refusal).toMatch(cure);
  });

  test('that finds no memory when it starts TensorFlow: another binding is not the cure', async () => {
    await bindingWith('binding');
    unloadable('Invalid TF_Status: 13\nMessage: failed initializing StreamExecutor: CUDA_ERROR_OUT_OF_MEMORY: out of memory');
    const refusal = await refusalOf();
    expect(refusal).toMatch(/no memory for a few small tensors: failed initializing StreamExecutor: CUDA_ERROR_OUT_OF_MEMORY.*nvidia-smi/);
    expect(refusal).not.toContain('npx ganzoo-tensorflow');
  });
});

describe('a device without memory', () => {
  const failing = (message: string): string =>
    standIn(`
      tf.unregisterKernel('Conv2D', 'tensorflow');
      tf.registerKernel({ kernelName: 'Conv2D', backendName: 'tensorflow', kernelFunc: () => { throw new Error(${JSON.stringify(message)}); } });`);

  test.each([
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[2,3] and type float on /device:GPU:0 by allocator GPU_0_bfc\n\t [[{{node}}]]',
    'Invalid TF_Status: 8\nMessage: RESOURCE_EXHAUSTED: failed to allocate memory',
    'Invalid TF_Status: 13\nMessage: Failed to create cuBLAS handle: CUBLAS_STATUS_ALLOC_FAILED',
    'Invalid TF_Status: 8\nMessage: Allocation of 4096 exceeds what is free',
  ])('says what was said and what to do: %j', async (message) => {
    await installed('tfjs-node', failing(message));
    const refusal = await refusalOf();
    const [, said] = message.split(/\nMessage: |\n\t/) as [string, string];
    expect(refusal).toContain(`'@tensorflow/tfjs-node': it found no memory for a few small tensors: ${said}. `);
    for (const cure of ["'nvidia-smi'", 'TF_FORCE_GPU_ALLOW_GROWTH=true', 'lower the batch size']) expect(refusal).toContain(cure);
  });

  test('any other failure of an op is no matter of memory', async () => {
    await installed('tfjs-node', failing('Invalid TF_Status: 12\nMessage: DNN library is not found'));
    const refusal = await refusalOf();
    expect(refusal).toContain("'@tensorflow/tfjs-node': DNN library is not found. ");
    expect(refusal).not.toContain('memory');
  });

  test('auto goes on, and says why', async () => {
    await installed('tfjs-node', failing('Invalid TF_Status: 8\nMessage: OOM when allocating tensor'));
    const { name, refused } = await useBackend();
    expect(name).toBe('wasm');
    expect(refused[1]?.reason).toContain('TF_FORCE_GPU_ALLOW_GROWTH=true');
  });
});

describe('a second TensorFlow.js in the tree', () => {
  async function ownTensorFlow(dir: string): Promise<string> {
    for (const name of ['tfjs', 'tfjs-core']) {
      await mkdir(join(dir, 'node_modules', '@tensorflow', name), { recursive: true });
      await writeFile(join(dir, 'node_modules', '@tensorflow', name, 'index.js'), '');
    }
    return join(dir, 'node_modules', '@tensorflow', 'tfjs-core', 'index.js');
  }

  test('of tfjs-node: auto goes on without loading it', async () => {
    const theirs = await ownTensorFlow(await installed('tfjs-node', untouched));
    const active = await useBackend();
    expect(active.name).toBe('wasm');
    const reason = active.refused[1]?.reason;
    expect(reason).toContain(`it would bring a second TensorFlow.js (${theirs} besides `);
    expect(reason).toContain("install both in one place, at 4.22.0 ('npm ls @tensorflow/tfjs-core' shows which there are, 'npm dedupe' joins them)");
  });

  test('of the backend on WebGPU: refused without loading it', async () => {
    const theirs = await ownTensorFlow(await installedWebGpu(untouched));
    expect(await refusalOf('webgpu')).toContain(`'webgpu': it would bring a second TensorFlow.js (${theirs} besides `);
  });
});
