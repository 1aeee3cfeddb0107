// Strokes of a pen as ink on paper.

import { SIDE } from "../core/digit.js";
import { scaled } from "./resampling.js";

export const PAPER = 392; // pixels of the paper's side

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area */

/**
 * Lay a piece of a stroke on `ink` (PAPER x PAPER, 0..1): a disc of radius r0 at (x0, y0), one of
 * radius r1 at (x1, y1), and all between. Where ink lies already, the darker stays. `area`
 * {left, top, right, bottom} grows to hold what has changed.
 *
 * @param {Float32Array} ink
 * @param {number[]} from
 * @param {number[]} to
 * @param {Area} area
 */
export function stampSegment(ink, [x0, y0, r0], [x1, y1, r1], area) {
  const widest = Math.max(r0, r1) + 1;
  const left = Math.max(Math.floor(Math.min(x0, x1) - widest), 0);
  const right = Math.min(Math.ceil(Math.max(x0, x1) + widest), PAPER);
  const top = Math.max(Math.floor(Math.min(y0, y1) - widest), 0);
  const bottom = Math.min(Math.ceil(Math.max(y0, y1) + widest), PAPER);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy || 1;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
      const gap = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const cover = r0 + along * (r1 - r0) - gap + 0.5; // of the pixel, for an edge across it
      const at = y * PAPER + x;
      if (cover > ink[at]) ink[at] = cover < 1 ? cover : 1;
    }
  }
  area.left = Math.min(area.left, left);
  area.top = Math.min(area.top, top);
  area.right = Math.max(area.right, right);
  area.bottom = Math.max(area.bottom, bottom);
}

/**
 * Lay a digit (784 values in 0..1) on `ink`, as large as the paper.
 *
 * @param {Float32Array} ink
 * @param {Float32Array} digit
 */
export function stampDigit(ink, digit) {
  const { values } = scaled({ width: SIDE, height: SIDE, values: digit }, PAPER);
  for (let at = 0; at < ink.length; at++) ink[at] = Math.max(ink[at], values[at]);
}

/**
 * Return an empty area, for `stampSegment` to grow.
 *
 * @returns {Area}
 */
export const noArea = () => ({ left: PAPER, top: PAPER, right: 0, bottom: 0 });

/**
 * Return the area of the whole paper.
 *
 * @returns {Area}
 */
export const wholeArea = () => ({ left: 0, top: 0, right: PAPER, bottom: PAPER });

/** Tell whether ink lies side by side with an empty strip between, as that of two digits does. */
export function isInTwo(ink) {
  const inked = new Uint8Array(PAPER);
  for (let at = 0; at < ink.length; at++) if (ink[at] > 0) inked[at % PAPER] = 1;
  return /10{12,}1/.test(inked.join(""));
}
