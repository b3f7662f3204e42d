/** The square shown: how large it is on the screen and how much of the plane it holds. */
export interface Place {
  readonly side: number;
  readonly extent: number;
}

const dotRadius = 1.9;
const diamondRadius = 3.1;
/** Pixels of an arrow longer than nine in ten. */
const arrowLength = 26;

/** Real samples are dots and generated ones diamonds, so that colour is not all that tells them apart. */
export function paintPoints(context: CanvasRenderingContext2D, place: Place, points: Float32Array, shape: 'dot' | 'diamond', fill: string, edge: string): void {
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = onScreen(place, points[i] as number, points[i + 1] as number);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    if (shape === 'dot') {
      context.moveTo(x + dotRadius, y);
      context.arc(x, y, dotRadius, 0, 2 * Math.PI);
    } else {
      context.moveTo(x, y - diamondRadius);
      context.lineTo(x + diamondRadius, y);
      context.lineTo(x, y + diamondRadius);
      context.lineTo(x - diamondRadius, y);
      context.closePath();
    }
  }
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.globalAlpha = 0.75;
  context.stroke();
  context.globalAlpha = shape === 'dot' ? 0.75 : 0.9;
  context.fillStyle = fill;
  context.fill();
  context.globalAlpha = 1;
}

/** Arrows at the first points, their lengths relative to one another. */
export function paintArrows(context: CanvasRenderingContext2D, place: Place, points: Float32Array, arrows: Float32Array, colour: string): void {
  const lengths = lengthsOf(arrows);
  const sorted = lengths.filter(Number.isFinite).sort();
  const usual = sorted[Math.floor(0.9 * sorted.length)] ?? 0;
  if (usual === 0) return;
  context.beginPath();
  for (const [i, length] of lengths.entries()) {
    const [x, y] = onScreen(place, points[2 * i] as number, points[2 * i + 1] as number);
    const pixels = Math.min(1.6 * arrowLength, (arrowLength * length) / usual);
    if (!Number.isFinite(x + y + pixels) || pixels < 2) continue;
    const [dx, dy] = [(arrows[2 * i] as number) / length, -(arrows[2 * i + 1] as number) / length];
    const [tipX, tipY] = [x + pixels * dx, y + pixels * dy];
    const head = Math.min(6, 0.45 * pixels);
    context.moveTo(x, y);
    context.lineTo(tipX, tipY);
    context.moveTo(tipX - head * (dx + 0.6 * dy), tipY - head * (dy - 0.6 * dx));
    context.lineTo(tipX, tipY);
    context.lineTo(tipX - head * (dx - 0.6 * dy), tipY - head * (dy + 0.6 * dx));
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.8;
  context.stroke();
  context.globalAlpha = 1;
}

/** A cross with a free middle. */
export function paintCursor(context: CanvasRenderingContext2D, place: Place, [x, y]: readonly [number, number], colour: string): void {
  const [left, top] = onScreen(place, x, y);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(left + 5 * dx, top + 5 * dy);
    context.lineTo(left + 14 * dx, top + 14 * dy);
  }
  context.stroke();
}

/** The lengths of `x, y` in a row. */
export function lengthsOf(vectors: Float32Array): Float32Array {
  return Float32Array.from({ length: vectors.length / 2 }, (_, i) => Math.hypot(vectors[2 * i] as number, vectors[2 * i + 1] as number));
}

function onScreen({ side, extent }: Place, x: number, y: number): [x: number, y: number] {
  return [((x + extent) / (2 * extent)) * side, ((extent - y) / (2 * extent)) * side];
}
