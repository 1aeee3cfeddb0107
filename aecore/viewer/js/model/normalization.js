// Ink as a digit like MNIST's: aecore/digits/normalization.py, step by step. Numbers alone, no drawing by the
// browser, whose smoothing differs from one to the next.

import { PIXELS, SIDE } from "../core/digit.js";
import { blank, mapped, rounded, scaled } from "./resampling.js";

// As in Python, which says what they are.
const BOX = 20;
const FINE_SCALE = 4;
const STROKE_WIDTHS = [1.8, 4.3];
const STROKE_WIDTH = 2.65;
const MAX_EDGE_SHIFT = 6;

/**
 * Return the digit (784 values in 0..1, in steps of 1/255) of ink (height rows of width values in 0..1),
 * or null if there is none.
 *
 * @param {Float32Array} ink
 * @param {number} width
 * @param {number} height
 */
export function normalize(ink, width, height) {
  let crop = cropped({ width, height, values: ink });
  if (!crop) return null;
  const fine = equalized(scaled(crop, FINE_SCALE * BOX));
  const stroke = strokeWidth(fine) / FINE_SCALE;
  if (stroke < STROKE_WIDTHS[0] || stroke > STROKE_WIDTHS[1]) {
    crop = cropped(withEdgesMoved(fine, edgeShift(stroke, STROKE_WIDTH))) ?? crop;
  }
  const box = scaled(crop, BOX);
  const white = Math.max(...box.values);
  return centered(mapped(box, (value) => value / white)).map((value) => Math.round(255 * value) / 255);
}

/** Return the part of a picture that is not 0, found from the edges inwards; null if all is. */
function cropped({ width, height, values }) {
  const inked = (y) => {
    for (let at = y * width, end = at + width; at < end; at++) if (values[at] > 0) return true;
    return false;
  };
  let top = 0;
  while (top < height && !inked(top)) top++;
  if (top === height) return null;
  let bottom = height - 1;
  while (!inked(bottom)) bottom--;
  let [left, right] = [width, -1];
  for (let y = top; y <= bottom; y++) {
    for (let x = 0; x < left; x++) if (values[y * width + x] > 0) left = x;
    for (let x = width - 1; x > right; x--) if (values[y * width + x] > 0) right = x;
  }
  const part = blank(right - left + 1, bottom - top + 1);
  for (let y = 0; y < part.height; y++) {
    const from = (top + y) * width + left;
    part.values.set(values.subarray(from, from + part.width), y * part.width);
  }
  return part;
}

/** Return ink with its gray levels brought to those of an even stroke. */
function equalized(picture) {
  let [sum, squares] = [0, 0];
  for (const value of picture.values) {
    sum += value;
    squares += value * value;
  }
  return mapped(picture, (value) => Math.min((value * sum) / squares, 1));
}

/** Return how wide strokes are on average, in pixels: their area over half the length of their edge. */
function strokeWidth({ width, height, values }) {
  const value = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x]);
  let [sum, edge] = [0, 0];
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const here = value(x, y);
      sum += here;
      edge += Math.sqrt((value(x, y + 1) - here) ** 2 + (value(x + 1, y) - here) ** 2);
    }
  }
  return (2 * sum) / edge;
}

/** Return by how much a stroke's edge has to move, in pixels of the fine copy. */
function edgeShift(width, target) {
  const shift = (FINE_SCALE * BOX * (target - width)) / (2 * (BOX - target));
  return Math.min(Math.max(shift, -MAX_EDGE_SHIFT), MAX_EDGE_SHIFT);
}

/** Return a picture whose strokes' edges are moved outwards, or inwards. */
function withEdgesMoved(picture, shift) {
  if (shift >= 0) return dilated(padded(picture, Math.ceil(shift) + 1, 0), shift, 0);
  const inverse = mapped(padded(picture, 1, 0), (value) => 1 - value);
  return mapped(dilated(inverse, -shift, 1), (value) => 1 - value);
}

/** Return a picture with a margin. */
function padded({ width, height, values }, margin, outside) {
  const wide = blank(width + 2 * margin, height + 2 * margin);
  wide.values.fill(outside);
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    wide.values.set(row, (y + margin) * wide.width + margin);
  }
  return wide;
}

/** Return the brightest value within reach of each pixel, with a smooth edge. */
function dilated(picture, radius, outside) {
  const { width, height } = picture;
  const far = Math.ceil(radius);
  const around = padded(picture, far, outside);
  const result = blank(width, height);
  for (let down = -far; down <= far; down++) {
    for (let across = -far; across <= far; across++) {
      const weight = Math.min(radius + 0.5 - Math.hypot(down, across), 1);
      if (weight <= 0) continue;
      for (let y = 0, to = 0; y < height; y++) {
        let from = (far + down + y) * around.width + far + across;
        for (let x = 0; x < width; x++, to++, from++) {
          const there = weight * around.values[from];
          if (there > result.values[to]) result.values[to] = there;
        }
      }
    }
  }
  return result;
}

/** Return a digit with the center of mass in its middle. */
function centered({ width, height, values }) {
  let [mass, across, down] = [0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      mass += values[at];
      across += x * values[at];
      down += y * values[at];
    }
  }
  const start = (moment, length) =>
    Math.min(Math.max(rounded(SIDE / 2 - moment / mass), 0), SIDE - length);
  const [left, top] = [start(across, width), start(down, height)];
  const digit = new Float32Array(PIXELS);
  for (let y = 0; y < height; y++) {
    digit.set(values.subarray(y * width, (y + 1) * width), (top + y) * SIDE + left);
  }
  return digit;
}
