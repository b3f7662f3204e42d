import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { folderOf } from './image-folder-support.ts';

type Files = Record<string, Uint8Array | string>;

/** What can be read, each with something that has gone wrong elsewhere. */
async function goodOnes(): Promise<Files> {
  const values = Uint8Array.from({ length: 120 * 80 * 3 }, (_, i) => 128 + 90 * Math.sin(i / 50) + ((Math.imul(i, 2654435761) >>> 13) & 31));
  const photo = sharp(values, { raw: { width: 120, height: 80, channels: 3 } });
  const plain = (width: number, height: number, channels: 3 | 4 = 3): Sharp =>
    sharp({ create: { width, height, channels, background: { r: 200, g: 100, b: 50, alpha: 0.5 } } });
  const frames = sharp(
    Uint8Array.from({ length: 3 * 4 * 4 * 3 }, (_, i) => i),
    { raw: { width: 4, height: 12, channels: 3, pageHeight: 4 } },
  );
  const jpeg = await photo.clone().jpeg().toBuffer();
  const png = await photo.clone().png().toBuffer();
  const webp = await photo.clone().webp().toBuffer();
  const names = [
    'new\nline',
    'carriage\rreturn',
    'tab\there',
    "single'quote",
    'double"quote',
    'back`tick',
    'back\\slash',
    '$(touch gone)',
    '%00%2e',
    'a;b&c|d',
    'wild*card?',
    ' leading space',
    'trailing space ',
    '-rf',
    '--help',
    'größe',
    '\u30cd\u30b3',
    '\ud83d\udc08\u200d\u2b1b',
    '\u202egnp',
    'e\u0301',
    'dots...and',
    '#hash',
    '[brackets]',
    '{braces}',
    '~',
    '\u0001\u007f',
    'x'.repeat(250),
  ];
  return {
    ...Object.fromEntries(names.map((name) => [`names/${name}.png`, png])),
    'names/-o/--out.jpg': jpeg,
    'a folder.png/in it.png': png,
    'jpeg.png': jpeg,
    'png.jpg': png,
    'webp.gif': webp,
    'capitals.JPeG': jpeg,
    'cmyk.jpg': await photo.clone().toColourspace('cmyk').jpeg().toBuffer(),
    'progressive.jpg': await photo.clone().jpeg({ progressive: true }).toBuffer(),
    'grey.jpg': await photo.clone().toColourspace('b-w').jpeg().toBuffer(),
    'with a tail.jpg': Buffer.concat([jpeg, Buffer.alloc(100_000, 0xff)]),
    'zeros behind.png': Buffer.concat([png, Buffer.alloc(100_000)]),
    'alpha.png': await plain(30, 20, 4).png().toBuffer(),
    'alpha.webp': await plain(30, 20, 4).webp().toBuffer(),
    'alpha.avif': await plain(30, 20, 4).avif().toBuffer(),
    'grey and alpha.png': await plain(30, 20, 4).toColourspace('b-w').png().toBuffer(),
    '16 bits.png': await photo.clone().toColourspace('rgb16').png().toBuffer(),
    '16 bits of grey.png': await photo.clone().toColourspace('grey16').png().toBuffer(),
    '16 bits and alpha.png': await plain(30, 20, 4).toColourspace('rgb16').png().toBuffer(),
    '16 bits.tiff': await photo.clone().toColourspace('rgb16').tiff().toBuffer(),
    'palette.png': await photo.clone().png({ palette: true, colours: 4 }).toBuffer(),
    'one bit.png': await photo.clone().toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer(),
    'interlaced.png': await photo.clone().png({ progressive: true }).toBuffer(),
    'profile.jpg': await photo.clone().withIccProfile('p3').jpeg().toBuffer(),
    'animated.gif': await frames
      .clone()
      .gif({ loop: 0, delay: [10, 10, 10] })
      .toBuffer(),
    'animated.webp': await frames
      .clone()
      .webp({ loop: 0, delay: [10, 10, 10] })
      .toBuffer(),
    'tiles.tiff': await photo.clone().tiff({ tile: true, compression: 'deflate' }).toBuffer(),
    ...Object.fromEntries(
      await Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8].map(
          async (orientation) => [`turned ${orientation}.jpg`, await photo.clone().withMetadata({ orientation }).jpeg().toBuffer()] as const,
        ),
      ),
    ),
    ...Object.fromEntries(
      await Promise.all(
        [
          [1, 1],
          [1, 5000],
          [5000, 1],
          [2, 3],
          [1, 65_000],
          [65_000, 1],
        ].map(
          async ([width, height]) =>
            [
              `${width} by ${height}.png`,
              await plain(width as number, height as number)
                .png()
                .toBuffer(),
            ] as const,
        ),
      ),
    ),
    'far longer than wide.jpg': await plain(1, 60_000).jpeg().toBuffer(),
  };
}

/** What cannot be read. */
async function badOnes(): Promise<Files> {
  const values = Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const image = sharp(values, { raw: { width: 90, height: 60, channels: 3 } });
  const whole = {
    png: await image.clone().png().toBuffer(),
    'interlaced.png': await image.clone().png({ progressive: true }).toBuffer(),
    jpg: await image.clone().jpeg().toBuffer(),
    'progressive.jpg': await image.clone().jpeg({ progressive: true }).toBuffer(),
    webp: await image.clone().webp().toBuffer(),
    'lossless.webp': await image.clone().webp({ lossless: true }).toBuffer(),
    gif: await image.clone().gif().toBuffer(),
    tiff: await image.clone().tiff({ compression: 'lzw' }).toBuffer(),
    avif: await image.clone().avif({ lossless: true }).toBuffer(),
  };
  const cut = Object.entries(whole).flatMap(([kind, bytes]) =>
    [0.01, 0.03, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.75, 0.8, 0.9, 0.95, 0.97].map(
      (share) => [`cut at ${share}.${kind}`, bytes.subarray(0, Math.floor(share * bytes.length))] as const,
    ),
  );
  const flipped = (share: number): Buffer => {
    const bytes = Buffer.from(whole.png);
    const at = Math.floor(share * bytes.length);
    bytes[at] = (bytes[at] as number) ^ 4;
    return bytes;
  };
  return {
    ...Object.fromEntries(cut),
    ...Object.fromEntries(['png', 'jpg', 'webp', 'gif', 'tif', 'avif'].map((extension) => [`nothing.${extension}`, ''])),
    ...Object.fromEntries([0.1, 0.3, 0.6, 0.9].map((share) => [`flipped at ${share}.png`, flipped(share)])),
    'text.png': 'just text',
    'page.jpg': '<!doctype html><title>404</title>',
    'pointer.png': 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    'zeros.jpg': Buffer.alloc(100_000),
    'ones.png': Buffer.alloc(100_000, 0xff),
    'film.webp': Buffer.concat([Buffer.from('RIFF'), Buffer.from([255, 255, 255, 127]), Buffer.from('WEBPVP8 '), Buffer.alloc(3000, 0xaa)]),
    'only a signature.png': whole.png.subarray(0, 8),
    'only a start.jpg': Buffer.from([0xff, 0xd8]),
    'other bytes behind the signature.png': Buffer.concat([whole.png.subarray(0, 8), Buffer.alloc(5000, 0x5a)]),
    'a line\nin its name.png': 'text',
    '30,000 by 30,000.png': bomb(30_000, 30_000),
    'no width.png': bomb(0, 10),
    'as wide as can be.png': bomb(0x7fffffff, 1),
  };
}

/** A PNG that says it is of this size. */
function bomb(width: number, height: number): Buffer {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const named = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100_000))), chunk('IEND', Buffer.alloc(0))]);
}

/** Links, pipes and names that are no text. Answers the images that cannot be read, and how many more can. */
function addOddities(folder: string): { bad: string[]; good: number } {
  const outside = folderOf({ 'a.png': pixel, 'deep/b.png': pixel });
  symlinkSync(outside, join(folder, 'out'));
  symlinkSync(join(outside, 'a.png'), join(folder, 'out.png'));
  symlinkSync(folder, join(folder, 'round'));
  symlinkSync('itself.png', join(folder, 'itself.png'));
  symlinkSync('ping.png', join(folder, 'pong.png'));
  symlinkSync('pong.png', join(folder, 'ping.png'));
  symlinkSync('nowhere', join(folder, 'nowhere.png'));
  symlinkSync('/dev/zero', join(folder, 'endless.png'));
  execFileSync('mkfifo', [join(folder, 'pipe.png')]);
  // Each links to all: there are millions of ways through them.
  const maze = Array.from({ length: 10 }, (_, i) => `maze/${i}`);
  for (const room of maze) {
    mkdirSync(join(folder, room), { recursive: true });
    writeFileSync(join(folder, room, 'a.png'), pixel);
    for (const other of maze) symlinkSync(join(folder, other), join(folder, room, `to ${other.slice(5)}`));
  }
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.png')]), pixel);
  return { bad: ['itself.png', 'ping.png', 'pong.png', 'nowhere.png', 'caf\ufffd.png'], good: 2 + 1 + maze.length };
}

let pixel: Buffer;
beforeAll(async () => {
  pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
});

interface Told {
  readonly size?: number;
  readonly unreadable?: readonly { file: string; reason: string }[];
  readonly message?: string;
  /** MB, at most. */
  readonly memory: number;
  readonly finite?: boolean;
}

/** Opens a folder and draws a batch in a process of its own, so that a crash or its memory are seen. */
function openElsewhere(folder: string, options: object): Told {
  const program = `
    import { rng } from '@ganzoo/core';
    import { imageFolder } from '@ganzoo/datasets/node';
    const told = {};
    try {
      const dataset = await imageFolder(${JSON.stringify(folder)}, ${JSON.stringify(options)});
      Object.assign(told, { size: dataset.size, unreadable: dataset.unreadable, finite: true });
      for await (const { batch } of dataset.batches({ size: dataset.size, rng: rng(0) })) {
        const values = await batch.samples.data();
        told.finite = values.every((value) => value >= -1 && value <= 1);
        break;
      }
    } catch (error) {
      told.message = error.message;
    }
    console.log('TOLD' + JSON.stringify({ ...told, memory: process.resourceUsage().maxRSS / 1024 }));
  `;
  const conditions = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  const args = [...conditions, '--max-old-space-size=256', '--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  expect([status, signal], stderr.slice(-2000)).toEqual([0, null]);
  return JSON.parse(/TOLD(.+)/.exec(stdout)?.[1] ?? '{}') as Told;
}

describe.skipIf(process.platform === 'win32')('a folder of more than 200 hostile images', () => {
  let folder = '';
  let [bad, good]: [string[], number] = [[], 0];
  beforeAll(async () => {
    const [goods, bads] = [await goodOnes(), await badOnes()];
    folder = folderOf({ ...goods, ...bads });
    const odd = addOddities(folder);
    bad = [...Object.keys(bads), ...odd.bad].sort();
    good = Object.keys(goods).length + odd.good;
  });

  test('all that is good is read, and all that is bad is named', () => {
    expect(good + bad.length).toBeGreaterThan(200);
    for (const options of [
      { size: 16, cache: false },
      { size: [200, 256], cache: folderOf({}) },
      { size: 16, channels: 1, crop: 'none', cache: folderOf({}) },
    ]) {
      const { size, unreadable, message, memory, finite } = openElsewhere(folder, { ...options, skipUnreadable: true });
      expect(message).toBeUndefined();
      expect(unreadable?.map(({ file }) => file).sort()).toEqual(bad);
      for (const { file, reason } of unreadable ?? []) expect(reason, file).toMatch(/^[^\n]{5,}$/);
      expect(size).toBe(good);
      expect(finite).toBe(true);
      expect(memory).toBeLessThan(500);
    }
  });

  test('without leave to skip there is one message of one line, that names some', () => {
    const { message } = openElsewhere(folder, { size: 16, cache: false });
    expect(message).toMatch(
      new RegExp(
        `^\\[ganzoo/datasets/imageFolder\\] ${bad.length} of ${good + bad.length} images in '[^\\n]+ and ${bad.length - 5} more\\. Repair or delete them`,
      ),
    );
    expect(message).not.toContain('\n');
    expect(message).toContain("'a line\\u000ain its name.png' (Input buffer contains unsupported image format)");
  });

  test('as they are, they have too many sizes, and nothing else happens', () => {
    expect(openElsewhere(folder, { skipUnreadable: true }).message).toMatch(/all images must have one size, but those in .+ Pass \{ size: 64 \}/);
  });
});

describe('images of many pixels in small files', () => {
  /** Flat, so that the file is small. */
  const wide = (side: number): Sharp => sharp({ create: { width: side, height: side, channels: 3, background: '#804020' } });

  test('the largest there may be stream through little memory where their format allows it', async () => {
    const folder = folderOf({ 'a.png': await wide(16_000).png().toBuffer(), 'b.jpg': await wide(16_000).jpeg().toBuffer() });
    const { size, memory } = openElsewhere(folder, { size: 32, cache: false });
    expect(size).toBe(2);
    expect(memory).toBeLessThan(400);
  });

  test('those that are decoded whole are so one after another', async () => {
    const [png, jpeg, webp] = await Promise.all([
      wide(8000).png({ progressive: true }).toBuffer(),
      wide(8000).jpeg({ progressive: true }).toBuffer(),
      wide(8000).webp().toBuffer(),
    ]);
    const folder = folderOf(
      Object.fromEntries(
        [0, 1, 2, 3].flatMap((i) => [
          [`${i}.png`, png],
          [`${i}.jpg`, jpeg],
          [`${i}.webp`, webp],
        ]),
      ),
    );
    const { size, memory } = openElsewhere(folder, { size: 32, cache: false });
    expect(size).toBe(12);
    expect(memory).toBeLessThan(1000);
  });
});
