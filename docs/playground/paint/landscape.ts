import { contours } from 'd3-contour';
import { gridSize } from '../engine/protocol.ts';
import type { Scale } from './scale.ts';
import type { Theme } from './scene.ts';

/** Paints what the discriminator scores over a square of `side` pixels: shades, and lines of equal score as on a map. */
export class LandscapePainter {
  readonly #cells =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width: gridSize, height: gridSize })
      : new OffscreenCanvas(gridSize, gridSize);

  paint(context: CanvasRenderingContext2D, side: number, scores: Float32Array, scale: Scale, theme: Theme): void {
    this.#paintShades(scores, scale, theme);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#cells, 0, 0, side, side);
    if (!scores.every(Number.isFinite)) return;
    context.strokeStyle = theme.ink;
    for (const level of scale.levels) stroke(context, side, scores, level, 0.16, 1);
    if (scale.boundary !== undefined) stroke(context, side, scores, scale.boundary, 0.65, 1.75);
    context.globalAlpha = 1;
  }

  #paintShades(scores: Float32Array, scale: Scale, theme: Theme): void {
    const context = this.#cells.getContext('2d') as CanvasRenderingContext2D;
    const image = context.createImageData(gridSize, gridSize);
    const [low, middle, high] = [rgb(theme.low), rgb(theme.middle), rgb(theme.high)];
    for (const [i, score] of scores.entries()) {
      const shade = Number.isFinite(score) ? scale.shade(score) : 0;
      const end = shade < 0 ? low : high;
      for (const channel of [0, 1, 2] as const) image.data[4 * i + channel] = middle[channel] + Math.abs(shade) * (end[channel] - middle[channel]);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }
}

function stroke(context: CanvasRenderingContext2D, side: number, scores: Float32Array, level: number, alpha: number, width: number): void {
  const cell = side / gridSize;
  const { coordinates } = contours()
    .size([gridSize, gridSize])
    .contour(scores as unknown as number[], level);
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  for (const ring of coordinates.flat()) {
    // What runs along the edge closes an area and is no line of equal score.
    let wasEdge = true;
    for (const [i, [x, y]] of (ring as [number, number][]).entries()) {
      const isEdge = x <= 0 || y <= 0 || x >= gridSize || y >= gridSize;
      if (i === 0 || (isEdge && wasEdge)) context.moveTo(x * cell, y * cell);
      else context.lineTo(x * cell, y * cell);
      wasEdge = isEdge;
    }
  }
  context.stroke();
}

/** `#rrggbb` to its parts. */
function rgb(colour: string): [red: number, green: number, blue: number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
