import type { Rng } from '@ganzoo/core';

const side = 28;

/**
 * Turns, scales and moves a digit at random, by bilinear sampling: up to 12 degrees, 12 % and 2 pixels.
 *
 * @param from bytes of the digit, `[28, 28]`
 * @param into where its pixels go, in [-1, 1]
 */
export function distort(from: Uint8Array, into: Float32Array, rng: Rng): void {
  const draw = (reach: number): number => ((rng.integer() / 4294967296) * 2 - 1) * reach;
  const angle = draw((12 * Math.PI) / 180);
  const [scaleX, scaleY] = [1 + draw(0.12), 1 + draw(0.12)];
  const [moveX, moveY] = [draw(2), draw(2)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (side - 1) / 2;
  const pixel = (x: number, y: number): number => (x < 0 || y < 0 || x >= side || y >= side ? 0 : (from[y * side + x] as number));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [offsetX, offsetY] = [x - middle - moveX, y - middle - moveY];
      const sourceX = middle + (cos * offsetX + sin * offsetY) / scaleX;
      const sourceY = middle + (cos * offsetY - sin * offsetX) / scaleY;
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [right, below] = [sourceX - left, sourceY - top];
      const upper = pixel(left, top) * (1 - right) + pixel(left + 1, top) * right;
      const lower = pixel(left, top + 1) * (1 - right) + pixel(left + 1, top + 1) * right;
      into[y * side + x] = (upper * (1 - below) + lower * below) / 127.5 - 1;
    }
  }
}
