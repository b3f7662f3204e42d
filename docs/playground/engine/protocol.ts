/** All that the page and its worker say to each other. */
import type { Settings } from '../settings/settings.ts';

export type Backend = 'wasm' | 'webgpu';

/** From the page. */
export type Order =
  | { readonly type: 'open'; readonly backend: Backend; readonly wasm: WasmFiles }
  /** Begins a run; its number comes back with everything it sends. */
  | { readonly type: 'start'; readonly run: number; readonly settings: Settings }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  /** Steps a second at most; null for as many as can be. */
  | { readonly type: 'speed'; readonly stepsPerSecond: number | null }
  /** Goes on with other rates and critic steps. */
  | { readonly type: 'tune'; readonly settings: Settings }
  | { readonly type: 'look'; readonly at: Looks };

/** What the page shows, so that the rest is not computed. */
export interface Looks {
  readonly landscape: boolean;
  readonly gradients: boolean;
}

/** The addresses of TensorFlow.js's WebAssembly files, by their names. */
export type WasmFiles = Readonly<Record<string, string>>;

/** From the worker. */
export type News =
  | { readonly type: 'ready'; readonly backend: Backend; readonly hasWebgpu: boolean }
  | { readonly type: 'data'; readonly run: number; readonly points: Float32Array }
  | Frame
  | Failure;

/** The run as it is at one moment. Points are `x, y` in a row. */
export interface Frame {
  readonly type: 'frame';
  readonly run: number;
  /** Rounds of both players since the beginning. */
  readonly step: number;
  readonly updates: { readonly generator: number; readonly discriminator: number };
  readonly samples: Float32Array;
  /** The discriminator's logits on a grid of `gridSize` by `gridSize` points, from the top left, row by row. */
  readonly landscape?: Float32Array;
  /** Minus the gradient of the generator's loss at each of the first samples: where it wants them to go. */
  readonly gradients?: Float32Array;
  /** The last values by `player/term`, none before the first step. */
  readonly losses: Readonly<Record<string, number>>;
  readonly numbers: Numbers;
}

export interface Numbers {
  /** Of both players together, over the last second or so. */
  readonly updatesPerSecond?: number;
  /** Where the data have modes. */
  readonly modes?: number;
  readonly total?: number;
  /** Share of the samples within three standard deviations of a mode. */
  readonly highQuality?: number;
  /** The sliced Wasserstein distance of the samples to the data. */
  readonly distance?: number;
}

export interface Failure {
  readonly type: 'failure';
  readonly run: number | null;
  /** `diverged`: a loss is no longer finite; `backend`: nothing to compute with; `other`: a fault. */
  readonly kind: 'diverged' | 'backend' | 'other';
  readonly message: string;
  /** Of a loss that is not finite. */
  readonly step?: number;
  readonly terms?: readonly string[];
}

export const gridSize = 48;
export const sampleCount = 512;
export const arrowCount = 160;
