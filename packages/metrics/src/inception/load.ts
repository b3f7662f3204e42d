import { expectKeys, GanzooError } from '@ganzoo/core';
import type { Classifier } from '../extractor.ts';
import { download } from '../weights/download.ts';
import { readWeights } from '../weights/read.ts';
import { expectSha256, expectSha256Option } from '../weights/sha256.ts';
import { inceptionExtractor } from './extractor.ts';
import { expectPreprocessing, makeFidInception, type FidInception } from './fid-inception.ts';
import { foldWeights, type FoldedWeights } from './fold.ts';
import type { Preprocessing } from './preprocess.ts';

/**
 * The published weights: Google's graph of 2015-12-05 converted for PyTorch by the authors of pytorch-fid, under the Apache
 * License 2.0. They are not part of this package.
 */
export const fidInceptionWeights = {
  /** Where they are published. */
  url: 'https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth',
  /** In bytes. */
  size: 95_628_359,
  /** Of the file, in hexadecimal. */
  sha256: '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
} as const;

/** How the Inception network is loaded and fed. */
export interface FidInceptionOptions {
  /** How images become the network's input. `'legacy-tensorflow'` unless told, as published values are mostly computed. */
  readonly preprocessing?: Preprocessing;
  /** SHA-256 of the file in hexadecimal; false for no check. That of the published `.pth` unless told. */
  readonly sha256?: string | false;
}

/**
 * Loads the Inception network that FID, Inception Score and their kin are defined by ({@link fidInceptionWeights}).
 *
 * @param source the bytes of the weights, or their URL: the published `.pth`, or its tensors by the same names in another
 *   `.pth` or in safetensors. The file is only read, nothing in it is executed. A browser can download only from servers that
 *   allow it, which releases on GitHub do not: serve the file yourself.
 * @throws GanzooError on an unknown option, a file that is not there, has another SHA-256, is damaged, or of another network
 */
export async function loadFidInception(source: Uint8Array | ArrayBuffer | URL | string, options: FidInceptionOptions = {}): Promise<FidInception> {
  const { preprocessing, sha256 } = optionsOf(options);
  const { bytes, name } = await bytesOf(source);
  if (sha256 !== false) await expectSha256(bytes, sha256, name);
  return makeFidInception(convert(bytes, name), preprocessing);
}

/** The options, checked, in full. */
export function optionsOf(options: FidInceptionOptions, more: readonly string[] = []): Required<FidInceptionOptions> {
  expectKeys('metrics/inception', options, ['preprocessing', 'sha256', ...more]);
  const { preprocessing = 'legacy-tensorflow', sha256 = fidInceptionWeights.sha256 } = options;
  expectPreprocessing(preprocessing);
  expectSha256Option(sha256);
  return { preprocessing, sha256 };
}

/** The bytes of a source, and what errors call it. */
export async function bytesOf(source: Uint8Array | ArrayBuffer | URL | string): Promise<{ bytes: Uint8Array; name: string }> {
  if (source instanceof Uint8Array) return { bytes: source, name: 'the weights' };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'the weights' };
  if (typeof source === 'string' || source instanceof URL) return { bytes: await download(source), name: String(source) };
  throw new GanzooError(
    'metrics/inception',
    `the weights must be bytes (a Uint8Array or ArrayBuffer) or a URL, got ${source === null ? 'null' : typeof source}.`,
  );
}

/** What the network runs on, of the bytes of a weights file. */
export function convert(bytes: Uint8Array, name: string): FoldedWeights {
  return foldWeights(readWeights(bytes, name), name);
}

/** {@link loadFidInception} as an extractor, for `fid` and `kid`. */
export async function fidInception(source: Uint8Array | ArrayBuffer | URL | string, options: FidInceptionOptions = {}): Promise<Classifier> {
  return inceptionExtractor(await loadFidInception(source, options));
}
