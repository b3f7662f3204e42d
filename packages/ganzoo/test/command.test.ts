import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../src/main.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-command-'));
// Resized photos are kept there.
process.env['XDG_CACHE_HOME'] = join(root, 'cache');
afterAll(() => rmSync(root, { recursive: true, force: true }));

let [said, warned] = ['', ''];
beforeEach(() => {
  [said, warned] = ['', ''];
  const into =
    (take: (text: string) => void) =>
    (...parts: unknown[]) =>
      take(`${parts.join(' ')}\n`);
  vi.spyOn(console, 'log').mockImplementation(into((text) => (said += text)));
  vi.spyOn(console, 'error').mockImplementation(into((text) => (warned += text)));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((warned += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

/** Runs it on the backend that needs no start. */
const ganzoo = (line: string): Promise<number> => main(line.split(' ').filter((word) => word !== ''));
const small = '--backend cpu --set latentDim=2';
const ring = (out: string, more = ''): Promise<number> => ganzoo(`train wgan-gp --dataset ring --steps 4 --batch-size 8 --out ${out} ${small} ${more}`);

describe('train', () => {
  it('trains, says what to look at, and goes on with a run by its directory alone', async () => {
    const out = join(root, 'ring');
    expect(await ring(out, '--seed 3 --learning-rate 1e-3,2e-3 --evaluate-every 2 --judged-samples 50 --sample-every 2')).toBe(0);
    expect(warned).toContain(`Training wgan-gp on ringOfGaussians`);
    expect(warned).toContain('step 4/4');
    for (const file of said.matchAll(/^ {2}(\S+)/gm)) expect(existsSync(file[1] as string), file[1]).toBe(true);
    expect(said).toMatch(/By 50 samples: modes \d+ \(real ones 8\), highQuality \S+ \(real ones \S+\)/);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(config.recipe).toEqual({ variant: 'wgan-gp', data: { dataset: 'ring' }, set: { latentDim: 2 }, learningRates: [1e-3, 2e-3], decay: 'none' });
    expect([config.gan.name, config.seed, config.gan.config.players.discriminator.optimizer.config.learningRate]).toEqual(['wganGp', 3, 2e-3]);
    expect(existsSync(join(out, 'checkpoints/best/best.json'))).toBe(true);

    said = '';
    expect(await ganzoo(`train --resume --out ${out} --steps 6 --backend cpu --json --quiet`)).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ dir: out, step: 6, from: 4, reason: 'done' });
    // What is there already is refused.
    expect(await ring(out)).toBe(1);
    expect(warned).toContain(`'${out}' holds a run of wganGp on ringOfGaussians. Go on with it (existing: 'resume', --resume)`);
    expect(await ganzoo(`train --resume --out ${out} --backend cpu --learning-rate 5e-3`)).toBe(1);
    expect(warned).toContain('gan.config.players.generator.optimizer.config.learningRate: 0.001, 0.005');
    expect(await ganzoo(`train --resume --out ${out} --backend cpu --learning-rate 5e-3 --allow-changes --steps 7 --quiet`)).toBe(0);
    expect(await ring(out, '--replace --quiet')).toBe(0);
  });

  it('lets rates fall', async () => {
    const out = join(root, 'falling');
    expect(await ring(out, '--decay cosine --quiet')).toBe(0);
    const { players } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).gan.config;
    // Five critic updates a round.
    expect(players.discriminator.optimizer.config).toMatchObject({ beta1: 0, learningRate: { name: 'cosine', config: { from: 1e-4, updates: 20 } } });
    expect(players.generator.optimizer.config.learningRate.config.updates).toBe(4);
  });

  it('trains on a folder of photos of several formats and sizes, leaves out what it was told to, and goes on', async () => {
    const photos = join(root, 'photos');
    mkdirSync(join(photos, 'below'), { recursive: true });
    for (const [index, format] of (['png', 'jpeg', 'webp', 'png', 'jpeg', 'webp'] as const).entries()) {
      const [width, height] = [20 + 7 * index, 34 - 3 * index];
      const noise = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * (index + 3) * 37) % 256));
      await sharp(noise, { raw: { width, height, channels: 3 } })
        .toFormat(format)
        .toFile(join(photos, index < 4 ? '' : 'below', `${index}.${format}`));
    }
    writeFileSync(join(photos, 'torn.jpg'), readFileSync(join(photos, '1.jpeg')).subarray(0, 200));
    const out = join(root, 'photo-run');
    const settings = `--dataset ${photos} --size 16 --flip --set widths=[4] --set kernel=4 --batch-size 4 --out ${out} --backend wasm --quiet`;
    expect(await ganzoo(`train dcgan ${settings} --steps 2`)).toBe(1);
    expect(warned).toMatch(/1 of 7 images in .* cannot be read: .torn\.jpg.*--skip-unreadable/);
    expect(await ganzoo(`train dcgan ${settings} --steps 2 --skip-unreadable`)).toBe(0);
    expect(warned).toContain('Left out: torn.jpg:');
    expect(decode(readFileSync(join(out, 'samples/step-000002.png')))).toMatchObject({ width: 8 * 18 + 2, height: 8 * 18 + 2, channels: 3 });
    const { dataset, recipe } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(dataset).toMatchObject({ size: 6, sampleShape: [16, 16, 3] });
    expect(recipe.data).toEqual({ dataset: photos, size: 16, flip: true, skipUnreadable: true });
    expect(await ganzoo(`train --resume --out ${out} --steps 3 --backend wasm --quiet`)).toBe(0);
    // Another photo is another set.
    rmSync(join(photos, '0.png'));
    warned = '';
    expect(await ganzoo(`train --resume --out ${out} --steps 4 --backend wasm --quiet`)).toBe(1);
    expect(warned).toContain('dataset.size: 6, 5');
  });

  it('finds the variants of any package where it is run', () => {
    const project = join(root, 'project');
    const imports = `import { defineVariant, discriminator, generator, hinge } from '${import.meta.resolve('@ganzoo/core')}';
      import { mlp } from '${import.meta.resolve('@ganzoo/core/networks')}';`;
    const define = (name: string): string =>
      `export const ${name} = defineVariant({ name: '${name}', defaults: { latentDim: 2 }, build: ({ sampleShape, latentDim }) => ({
         generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden: [4], outputShape: sampleShape }) }),
         discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: [4], outputShape: [1] }) }), loss: hinge() }) });`;
    for (const [name, variants] of [['gan-of-mine', ['mine']] as const, ['two-gans', ['first', 'second']] as const]) {
      const folder = join(project, 'node_modules', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
      writeFileSync(join(folder, 'index.js'), [imports, ...variants.map(define)].join('\n'));
    }
    // A process of its own: the test runner would not load them.
    const run = (...words: string[]) => {
      const door = fileURLToPath(new URL('../src/ganzoo.ts', import.meta.url));
      const args = [
        '--conditions=@ganzoo/source',
        '--import',
        import.meta.resolve('tsx'),
        door,
        ...words,
        '--dataset',
        'ring',
        '--steps',
        '1',
        '--batch-size',
        '4',
        '--quiet',
      ];
      return spawnSync(process.execPath, [...args, '--backend', 'cpu'], { cwd: project, encoding: 'utf8' });
    };
    const { status, stderr } = run('train', 'gan-of-mine', '--out', 'run');
    expect(status, stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(project, 'run/config.json'), 'utf8')).gan.name).toBe('mine');
    expect(run('train', 'two-gans').stderr).toContain("the package 'two-gans' has several variants; say which: two-gans/first, two-gans/second.");
    expect(run('train', 'two-gans/second', '--out', 'second').status).toBe(0);
  });

  it.each<[string, number, string]>([
    ['trian', 2, "unknown command 'trian'\n(Did you mean train?)"],
    ['train dcgan --stpes 3', 2, "unknown option '--stpes'\n(Did you mean --steps?)"],
    ['train dcgan --steps many', 2, "argument 'many' is invalid. It must be a whole number of at least 1."],
    ['train dcgan --learning-rate 1e-3,0', 2, 'It must be a positive number, or two: 1e-3,4e-4.'],
    ['train dcgna', 1, "no variant is called 'dcgna'. Did you mean 'dcgan'? There are: dcgan, lsgan, vanillaGan, wgan, wganGp."],
    ['train', 1, 'name a variant, such as ganzoo train dcgan. ganzoo info lists them.'],
    ['train --resume --out nowhere', 1, "there is no run in 'nowhere' to go on with: name a variant"],
    ['train dcgan --dataset mnsit', 1, "no dataset is called 'mnsit'. Did you mean 'mnist'?"],
    ['train dcgan --dataset mnist --size 64', 1, "--size is for folders of images; 'mnist' is as it is."],
    ['train dcgan --dataset mnist --skip-unreadable', 1, "--skip-unreadable is for folders of images; 'mnist' is as it is."],
    ['train dcgan --dataset ring', 1, 'sampleShape must be [height, width, channels], got [2]'],
    ['train dcgan --set kernel', 1, "--set takes key=value, such as latentDim=64 or widths=[64,32], got 'kernel'."],
    ['train dcgan --set kernl=3', 1, "unknown option 'kernl'"],
    ['train dcgan --backend gpu', 1, "backend must be one of 'auto', 'tensorflow', 'webgpu', 'wasm', 'cpu', got 'gpu'"],
    ['train dcgan --resume --replace', 1, 'give --resume or --replace, not both.'],
    ['train wgan --dataset ring --evaluate-every 1 --metrics fid', 1, "no metric of ringOfGaussians is called 'fid'. There are: modes, sliced-wasserstein."],
    ['evaluate nowhere', 1, "'nowhere' does not say what it was trained on: give --dataset."],
    ['sample runs/nowhere', 1, "no generator in 'runs/nowhere': expected a run directory, a folder with model.json, or such a file."],
    ['sample mnist-dcgna', 1, "no run or trained generator is called 'mnist-dcgna'. Did you mean 'mnist-dcgan'?"],
    ['sample mnist-dcgan --best', 1, "--best is for runs; 'mnist-dcgan' is one generator."],
    ['info nowhere', 1, "'nowhere' holds no run: there is no config.json."],
  ])('%s: says what is wrong, with exit code %i', async (line, code, message) => {
    const backend = /^(train|evaluate|sample)/.test(line) && !line.includes('--backend') ? ' --backend cpu' : '';
    expect(await ganzoo(line + backend)).toBe(code);
    expect(warned).toContain(message);
    expect(existsSync('runs/latest')).toBe(false);
  });
});

describe('of a run', () => {
  const digits = join(root, 'digits');

  it('sample draws a grid, a folder of images, and a film', async () => {
    const widths = '--set widths=[4,4] --set kernel=4 --set latentDim=3';
    expect(await ganzoo(`train dcgan --steps 2 --batch-size 4 --out ${digits} --backend wasm --quiet ${widths}`)).toBe(0);
    const before = tf.memory().numTensors;
    expect(await ganzoo(`sample ${digits} --count 6 --columns 3 --out ${join(root, 'grid.png')} --backend wasm`)).toBe(0);
    expect(decode(readFileSync(join(root, 'grid.png')))).toMatchObject({ width: 3 * 30 + 2, height: 2 * 30 + 2 });
    expect(await ganzoo(`sample ${digits}/generator --count 70 --truncation 0.5 --out ${join(root, 'images')} --backend wasm --json`)).toBe(0);
    expect(said).toContain(JSON.stringify({ out: join(root, 'images'), count: 70, kind: 'images' }));
    expect(readdirSync(join(root, 'images'))).toHaveLength(70);
    expect(decode(readFileSync(join(root, 'images/00069.png')))).toMatchObject({ width: 28, height: 28 });
    expect(await ganzoo(`sample ${digits} --count 4 --stops 2 --frames 3 --out ${join(root, 'film.webp')} --backend wasm`)).toBe(0);
    expect(said).toContain('film.webp: 6 frames');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('evaluate and compare give numbers by name, and info says what it is', async () => {
    expect(await ganzoo(`evaluate ${digits} --samples 60 --metrics fid,recall --backend wasm --json`)).toBe(0);
    const { values, real, by } = JSON.parse(said);
    expect(by).toContain('mnistClassifier');
    expect(Object.keys(values)).toEqual(['frechet', 'precision', 'recall']);
    expect(values.frechet).toBeGreaterThan(5 * real.frechet);
    expect(real.recall).toBeGreaterThan(0.5);
    said = '';
    const images = join(root, 'images');
    expect(await ganzoo(`compare ${images} ${images} --channels 1 --metrics fid,kid --backend wasm`)).toBe(0);
    expect(said).toMatch(/70 images of either side, judged by mnistClassifier.*\n\nfrechet +-?\d/);
    said = '';
    expect(await ganzoo(`info ${digits}`)).toBe(0);
    expect(said).toContain('dcgan on mnist, batches of 4, seed 0');
    expect(said).toContain('networks.generator.config.latentDim 3');
    said = '';
    expect(await ganzoo('info --json --backend cpu')).toBe(0);
    expect(JSON.parse(said).variants.map(({ name }: { name: string }) => name)).toEqual(['dcgan', 'lsgan', 'vanillaGan', 'wgan', 'wganGp']);
  });
});

it('samples and judges the generators that come with it', async () => {
  const out = join(root, 'pretrained.png');
  expect(await ganzoo(`sample mnist-dcgan --count 4 --out ${out} --backend wasm`)).toBe(0);
  expect(decode(readFileSync(out))).toMatchObject({ width: 2 * 30 + 2, height: 2 * 30 + 2 });
  said = '';
  expect(await ganzoo('evaluate mnistDcgan --samples 100 --metrics score --backend wasm --json')).toBe(0);
  // Noise has 1; of so few samples a score comes out low.
  expect(JSON.parse(said).values.score).toBeGreaterThan(4);
  said = '';
  expect(await ganzoo('info mnist-dcgan --json')).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ variant: 'dcgan', latentDim: 64 });
});

it('prints its version, and help', async () => {
  expect(await ganzoo('--version')).toBe(0);
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await ganzoo('help train')).toBe(0);
  expect(said).toContain('--learning-rate <rate>');
  expect(await ganzoo('')).toBe(2);
});
