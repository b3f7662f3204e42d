import type { Point } from '../settings/drawing.ts';
import { extent } from '../settings/drawing.ts';
import { LandscapePainter } from './landscape.ts';
import { paintArrows, paintCursor, paintPoints } from './marks.ts';
import type { Loss } from '../settings/choices.ts';
import { scaleOf } from './scale.ts';

/** The colours of canvases, as the style sheet has them. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly real: string;
  readonly generated: string;
  readonly discriminator: string;
  /** Of the landscape: where the discriminator says fake, cannot tell, says real. */
  readonly low: string;
  readonly middle: string;
  readonly high: string;
}

/** What is to be seen. What is undefined is not shown. */
export interface Scene {
  readonly landscape?: { readonly scores: Float32Array; readonly loss: Loss } | undefined;
  readonly real?: Float32Array | undefined;
  readonly generated?: Float32Array | undefined;
  /** At the first of the generated samples. */
  readonly gradients?: Float32Array | undefined;
  /** Where the keyboard's pencil is. */
  readonly cursor?: Point | undefined;
}

/** A scene, and all that its painting depends on. */
export interface Painting {
  readonly scene: Scene;
  readonly theme: Theme;
  /** The square's side in pixels of the page, and how many of the screen each of them is. */
  readonly side: number;
  readonly ratio: number;
}

/** A canvas of the page, or one that a worker paints. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;

const landscapes = new WeakMap<Canvas, LandscapePainter>();

export function paint(canvas: Canvas, { scene, theme, side, ratio }: Painting): void {
  const pixels = Math.round(side * ratio);
  if (canvas.width !== pixels) [canvas.width, canvas.height] = [pixels, pixels];
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, side, side);
  const { landscape, real, generated, gradients, cursor } = scene;
  const painter = landscapes.get(canvas) ?? new LandscapePainter();
  landscapes.set(canvas, painter);
  if (landscape) painter.paint(context, side, landscape.scores, scaleOf(landscape.loss, landscape.scores), theme);
  const place = { side, extent };
  if (real) paintPoints(context, place, real, 'dot', theme.real, theme.paper);
  if (generated && gradients) paintArrows(context, place, generated, gradients, theme.ink);
  if (generated) paintPoints(context, place, generated, 'diamond', theme.generated, theme.paper);
  if (cursor) paintCursor(context, place, cursor, theme.ink);
}
