/** A point of the plane, on a grid of steps of 1/64, so that two characters hold a coordinate. */
export type Point = readonly [x: number, y: number];

/** The plane shown, and drawn on, is [-extent, extent] in both directions. */
export const extent = 1.75;
export const mostPoints = 1000;
const steps = 64;
/** The characters of base64 that an address takes as they are. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The nearest point that a link can hold. */
export function snapped(x: number, y: number): Point {
  return [snap(x), snap(y)];
}

function snap(value: number): number {
  // Adding 0 makes 0 of -0.
  return Math.round(Math.min(extent, Math.max(-extent, value)) * steps) / steps + 0;
}

/** Four characters a point. */
export function encodeDrawing(points: readonly Point[]): string {
  return points
    .flat()
    .map((value) => {
      const index = (value + extent) * steps;
      return `${alphabet[index >> 6]}${alphabet[index & 63]}`;
    })
    .join('');
}

/** Undefined of a text that is not a drawing. */
export function decodeDrawing(text: string): Point[] | undefined {
  if (text.length % 4 !== 0 || text.length > 4 * mostPoints) return undefined;
  const digits = Array.from(text, (character) => alphabet.indexOf(character));
  const points: Point[] = [];
  for (let i = 0; i < digits.length; i += 4) {
    const [a, b, c, d] = digits.slice(i, i + 4) as [number, number, number, number];
    if (Math.min(a, b, c, d) < 0) return undefined;
    const [x, y] = [(a * 64 + b) / steps - extent, (c * 64 + d) / steps - extent];
    if (x > extent || y > extent) return undefined;
    points.push([x, y]);
  }
  return points;
}
