/** All that the page and its worker say to each other. */
import type { Spot } from '../sample.ts';

/** What a picture is for: the large digit, or the row along a direction. */
export type Subject = 'digit' | 'row';

/** From the page. */
export type Order = { readonly type: 'open'; readonly wasm: Readonly<Record<string, string>> } | Drawing;

/** Asks for one picture of each spot. Each is answered by a picture or a failure, and loads the generator where it is not yet. */
export interface Drawing {
  readonly type: 'draw';
  readonly of: Subject;
  readonly generator: string;
  readonly spots: readonly Spot[];
}

/** From the worker. */
export type News = Loaded | Picture | Failure;

interface Loaded {
  readonly type: 'loaded';
  readonly generator: string;
  /** Of each direction: its share of all change of the picture around drawn latents. */
  readonly shares: readonly number[];
}

export interface Picture {
  readonly type: 'picture';
  readonly of: Subject;
  /** Of each spot `side` rows of `side` values, 0 for black. */
  readonly pixels: Uint8Array;
  readonly milliseconds: number;
}

export interface Failure {
  readonly type: 'failure';
  /** `backend`: nothing to compute with; `other`: a generator did not come, or a fault. */
  readonly kind: 'backend' | 'other';
  readonly message: string;
}

/** Pixels of a digit's side. */
export const side = 28;
