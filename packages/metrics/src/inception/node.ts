import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GanzooError, showShape } from '@ganzoo/core';
import type { Classifier } from '../extractor.ts';
import { defaultWeightsCache, readCached, writeCached } from '../weights/cache.ts';
import { expectSha256 } from '../weights/sha256.ts';
import { inceptionExtractor } from './extractor.ts';
import { makeFidInception, type FidInception } from './fid-inception.ts';
import { foldedShapes, type FoldedWeights } from './fold.ts';
import { bytesOf, convert, fidInceptionWeights, optionsOf, type FidInceptionOptions } from './load.ts';

const SCOPE = 'metrics/inception';

/** The same in Node, where converted weights are kept. */
export interface NodeFidInceptionOptions extends FidInceptionOptions {
  /**
   * A folder for converted weights (96 MB each), by the SHA-256 of the file they came from; false to keep none. `ganzoo/weights`
   * in the user's cache unless told.
   */
  readonly cache?: string | false;
}

/**
 * Loads the Inception network that FID, Inception Score and their kin are defined by, as `loadFidInception` of
 * `@ganzoo/metrics` does, from a path too, and keeps a converted copy: a URL is downloaded once, as long as its SHA-256 is
 * known beforehand. A copy that is damaged is made anew.
 *
 * @param source a path, a URL (`http:`, `https:` or `file:`), or bytes
 * @throws GanzooError on an unknown option, a file that is not there, has another SHA-256, is damaged, or of another network,
 *   and where the cache cannot be written to
 */
export async function loadFidInception(source: Uint8Array | ArrayBuffer | URL | string, options: NodeFidInceptionOptions = {}): Promise<FidInception> {
  const { preprocessing, sha256 } = optionsOf(options, ['cache']);
  const { cache = defaultWeightsCache() } = options;
  if (cache !== false && (typeof cache !== 'string' || cache === ''))
    throw new GanzooError(SCOPE, `cache must be a folder, or false for none, got '${String(cache)}'.`);
  // What lies at a path is always read: the user may have changed it.
  const known = isRemote(source) && sha256 !== false ? await cached(cache, sha256.toLowerCase()) : undefined;
  return makeFidInception(known ?? (await fromSource(source, sha256, cache)), preprocessing);
}

async function fromSource(source: Uint8Array | ArrayBuffer | URL | string, expected: string | false, cache: string | false): Promise<FoldedWeights> {
  const { bytes, name } = await (isPath(source) ? fileAt(source) : bytesOf(source));
  const sha256 = await expectSha256(bytes, expected, name);
  const known = await cached(cache, sha256);
  if (known) return known;
  const weights = convert(bytes, name);
  if (cache !== false) await writeCached(pathIn(cache, sha256), weights);
  return weights;
}

/** The copy of the file of that SHA-256, if there is a whole one of this network. */
async function cached(cache: string | false, sha256: string): Promise<FoldedWeights | undefined> {
  const weights = cache === false ? undefined : await readCached(pathIn(cache, sha256));
  const isThisNetwork = weights && [...foldedShapes()].every(([name, shape]) => showShape(weights.get(name)?.shape ?? []) === showShape(shape));
  return isThisNetwork ? (weights as FoldedWeights) : undefined;
}

/** The number is that of the layout. */
function pathIn(cache: string, sha256: string): string {
  return join(cache, `fid-inception-1-${sha256}.safetensors`);
}

async function fileAt(source: string | URL): Promise<{ bytes: Uint8Array; name: string }> {
  const name = source instanceof URL || source.startsWith('file:') ? fileURLToPath(source) : source;
  try {
    return { bytes: await readFile(name), name };
  } catch (cause) {
    throw new GanzooError(SCOPE, `cannot read '${name}': ${(cause as Error).message}. The published weights are at ${fidInceptionWeights.url}.`, { cause });
  }
}

function isRemote(source: unknown): boolean {
  return (typeof source === 'string' || source instanceof URL) && /^https?:/i.test(String(source));
}

function isPath(source: unknown): source is string | URL {
  return (typeof source === 'string' || source instanceof URL) && !isRemote(source);
}

/** {@link loadFidInception} as an extractor, for `fid` and `kid`. */
export async function fidInception(source: Uint8Array | ArrayBuffer | URL | string, options: NodeFidInceptionOptions = {}): Promise<Classifier> {
  return inceptionExtractor(await loadFidInception(source, options));
}
