import { readFileSync } from 'node:fs';
import { zipSync, unzipSync } from 'fflate';
import { GanzooError } from '@ganzoo/core';
import { describe, expect, test } from 'vitest';
import { readWeights } from '../src/weights/read.ts';
import { readStoredZip } from '../src/weights/stored-zip.ts';

/** Files that make-fixtures.py wrote. */
const read = (name: string): Uint8Array => readFileSync(new URL(`weights/${name}.pth`, import.meta.url));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytesOf = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'latin1'));

describe.each(['legacy', 'zip'])('PyTorch, %s format', (format) => {
  test('tensors of all types come as they were saved', () => {
    const tensors = readWeights(read(`tensors-${format}`), 'x');
    const found = [...tensors].map(([name, { shape, values }]) => [name, shape, values]);
    const whole = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    expect(found).toEqual([
      ['matrix', [2, 3], Float32Array.of(1.5, -2, 0.25, 3, 1e-30, -65504)],
      ['half', [6], Float32Array.of(1, -0.5, 65504, 2 ** -24, Infinity, 0)],
      ['counts', [3], BigInt64Array.of(1n, -2n, 2n ** 40n)],
      ['scalar', [], Float32Array.of(7)],
      ['tail', [2, 3], Float32Array.from(whole.slice(4, 10))],
      ['whole', [12], Float32Array.from(whole)],
      ['empty', [0, 3], new Float32Array()],
      ['parameter', [1], Float32Array.of(0.5)],
    ]);
  });

  test('wherever the bytes lie in memory', () => {
    const file = read(`tensors-${format}`);
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    expect(readWeights(shifted, 'x')).toEqual(readWeights(file, 'x'));
  });

  test('a tensor that is not contiguous is refused', () => {
    expect(() => readWeights(read(`transposed-${format}`), 'x.pth')).toThrow(
      "a tensor of shape [3, 2] in 'x.pth' is not contiguous: its strides are [1,3]. Call .contiguous() on it in Python",
    );
  });

  test('other types are refused by name', () => {
    expect(() => readWeights(read(`double-${format}`), 'x')).toThrow(
      /asks for the Python object 'torch\.DoubleStorage'\. Nothing was executed\. .*torch\.FloatStorage/,
    );
  });

  test('what is no dict of tensors is refused', () => {
    expect(() => readWeights(read(`list-${format}`), 'x')).toThrow(
      "'x' is no state dict, a dict of tensors by name: what it holds is no dict. Save it by torch.save(model.state_dict(), path).",
    );
  });

  test('a file cut off anywhere is refused', () => {
    const file = read(`tensors-${format}`);
    for (let length = 0; length < file.length; length++) {
      expect(() => readWeights(file.subarray(0, length), 'x'), `${length} bytes`).toThrow(GanzooError);
    }
  });

  test('a byte altered anywhere gives an error of ours, or other numbers: never anything else', () => {
    const file = new Uint8Array(read(`tensors-${format}`));
    let refused = 0;
    for (let i = 0; i < file.length; i++) {
      const altered = file.slice();
      altered[i] = (altered[i] as number) ^ 0x55;
      try {
        readWeights(altered, 'x');
      } catch (error) {
        if (!(error instanceof GanzooError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(file.length / 4);
  });

  test('a pickle that asks for a program is refused', () => {
    const file = format === 'zip' ? unzipSync(read('tensors-zip'))['tensors-zip/data.pkl'] : read('tensors-legacy');
    // Of the same length.
    const attack = bytesOf(text(file as Uint8Array).replace('ccollections\nOrderedDict\n', 'csubprocess1\nOrderedOpen\n'));
    const bad = format === 'zip' ? zipSync({ 'a/data.pkl': attack }, { level: 0 }) : attack;
    expect(() => readWeights(bad, 'bad.pth')).toThrow("asks for the Python object 'subprocess1.OrderedOpen'. Nothing was executed.");
  });

  test('a tensor that reaches beyond its storage is refused', () => {
    const files = unzipSync(read('tensors-zip'));
    const file = format === 'zip' ? (files['tensors-zip/data.pkl'] as Uint8Array) : read('tensors-legacy');
    // The view of values 4 to 10 of 12: its offset made 7.
    const content = text(file);
    expect(content.split('K\x04K\x02K\x03').length).toBe(2);
    const bad = bytesOf(content.replace('K\x04K\x02K\x03', 'K\x07K\x02K\x03'));
    const whole = format === 'zip' ? zipSync({ ...files, 'tensors-zip/data.pkl': bad }, { level: 0 }) : bad;
    expect(() => readWeights(whole, 'x')).toThrow(/a tensor in 'x' reaches to value 13 of storage \d+, which has 12\. Get the file again\./);
  });
});

describe('refuses', () => {
  const zip = (change: (files: Record<string, Uint8Array>) => void): Uint8Array => {
    const files = unzipSync(read('tensors-zip'));
    change(files);
    return zipSync(files, { level: 0 });
  };
  const asking = (pickle: string): Uint8Array => zipSync({ 'a/data.pkl': bytesOf(pickle) }, { level: 0 });
  const strange = "in 'x' is not as PyTorch writes it. The file is damaged, or of a version that is not understood";
  const storage = (type: string, more = ''): string => `}U\x01a(U\x07storage${type}U\x010U\x03cpuK\x01${more}tQs.`;
  test.each<[string, Uint8Array, string]>([
    ['a tensor without a storage', asking('}U\x01actorch._utils\n_rebuild_tensor_v2\n(}K\x00))tRs.'), `a tensor without a storage ${strange}`],
    ['a parameter without a tensor', asking('}U\x01actorch._utils\n_rebuild_parameter\n(}tRs.'), `a parameter without a tensor ${strange}`],
    ['a number for a storage', asking('}U\x01aK\x01Qs.'), `a persistent id ${strange}`],
    ['a storage of a type by name', asking(storage('U\x0cFloatStorage')), `a persistent id ${strange}`],
    ['a storage that is a view', asking(storage('ctorch\nFloatStorage\n', 'K\x01')), `a storage that is a view of another ${strange}`],
    [
      'a storage in place of a tensor',
      zipSync({ 'a/data.pkl': bytesOf(storage('ctorch\nFloatStorage\n')), 'a/data/0': new Uint8Array(4) }, { level: 0 }),
      "'a' is no tensor",
    ],
    [
      'a zip whose 64-bit end would lie before it',
      bytesOf(`PK\x03\x04PK\x05\x06${'\xff'.repeat(18)}`),
      "'x' is cut off or damaged: expected 4 bytes from byte -16 on",
    ],
    ['an empty file', new Uint8Array(), '\'x\' (0 bytes) is neither a .pth of PyTorch nor safetensors: it begins with ""'],
    ['a web page', bytesOf('<!DOCTYPE html><html>404</html>'), 'begins with "<!DOCTYPE html><". Pass one of these; a web page'],
    ['another pickle', bytesOf('\x80\x02}q\x00.'), 'is neither'],
    ['a zip of something else', zipSync({ 'a.txt': new Uint8Array(3) }, { level: 0 }), 'is a zip without a data.pkl, so not of torch.save'],
    ['a zip without a storage', zip((files) => delete files['tensors-zip/data/1']), "storage 1 of 'x' is not there, or not of the size its tensors say"],
    ['a zip with a short storage', zip((files) => (files['tensors-zip/data/0'] = new Uint8Array(20))), "storage 0 of 'x' is not there"],
    [
      'a zip that is compressed',
      zipSync(unzipSync(read('tensors-zip')), { level: 9 }),
      "'tensors-zip/data.pkl' in 'x' is compressed, as torch.save never does",
    ],
    ['big-endian numbers', zip((files) => (files['tensors-zip/byteorder'] = bytesOf('big'))), "'x' is of a big-endian machine"],
    [
      'a storage of another size',
      bytesOf(text(read('tensors-legacy')).replace(`\x0c${'\0'.repeat(13)}\x80?`, `\x0b${'\0'.repeat(13)}\x80?`)),
      "of 'x' is not there, or not of the size its tensors say",
    ],
    ['another version', bytesOf(text(read('tensors-legacy')).replace('M\xe9\x03.', 'M\xea\x03.')), "'x' is of version 1002 of PyTorch's format, expected 1001"],
  ])('%s', (_, bytes, message) => expect(() => readWeights(bytes, 'x')).toThrow(message));
});

test('a zip with 64-bit numbers is read', () => {
  const le = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
  const [data, path] = [[1, 2, 3], Array.from('a/b', (letter) => letter.charCodeAt(0))];
  const local = [...le(0x04034b50, 4), ...le(0, 22), ...le(3, 2), ...le(0, 2), ...path, ...data];
  // An extra field to be passed over, then the one of 64 bits: two sizes and a place.
  const extra = [...le(9, 2), ...le(1, 2), 7, ...le(1, 2), ...le(24, 2), ...le(3, 8), ...le(3, 8), ...le(0, 8)];
  const entry = [...le(0x02014b50, 4), ...le(0, 16), ...le(0xffffffff, 4), ...le(0xffffffff, 4), ...le(3, 2), ...le(extra.length, 2), ...le(0, 10)];
  entry.push(...le(0xffffffff, 4), ...path, ...extra);
  const long = [...le(0x06064b50, 4), ...le(0, 28), ...le(1, 8), ...le(entry.length, 8), ...le(local.length, 8)];
  const locator = [...le(0x07064b50, 4), ...le(0, 4), ...le(local.length + entry.length, 8), ...le(1, 4)];
  const end = [...le(0x06054b50, 4), ...le(0, 4), ...le(0xffff, 2), ...le(0xffff, 2), ...le(0xffffffff, 4), ...le(0xffffffff, 4), ...le(2, 2), 1, 1];
  expect(readStoredZip(Uint8Array.from([...local, ...entry, ...long, ...locator, ...end]), 'x')).toEqual(new Map([['a/b', Uint8Array.from(data)]]));
});
