// Ink as a digit like MNIST's: aecore/digits/normalization.py, step by step. Numbers alone, no drawing by the
// browser, whose smoothing differs from one to the next.

import { PIXELS, SIDE } from "../core/digit.js";

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {Float64Array | Float32Array} values  Row by row. Single precision would do, but not agree
 */

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

/** @returns {Picture} */
function blank(width, height) {
  return { width, height, values: new Float64Array(width * height) };
}

/**
 * @param {Picture} picture
 * @returns {Picture}
 */
function mapped({ width, height, values }, change) {
  return { width, height, values: values.map(change) };
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

/**
 * Return a picture whose longer side is `side` pixels long: first each column, then each row. In the large
 * picture no sum waits for the one before it.
 */
export function scaled({ width, height, values }, side) {
  const length = (before) => Math.max(1, rounded((before * side) / Math.max(width, height)));
  const low = blank(width, length(height));
  const sums = low.values;
  resamplingWeights(height, low.height).forEach(({ first, weights }, y) => {
    for (let i = 0, from = first * width; i < weights.length; i++) {
      const weight = weights[i];
      for (let to = y * width, end = to + width; to < end; to++, from++) sums[to] += values[from] * weight;
    }
  });
  const small = blank(length(width), low.height);
  const across = resamplingWeights(width, small.width);
  for (let y = 0, to = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++, to++) {
      const { first, weights } = across[x];
      let sum = 0;
      for (let i = 0, at = y * width + first; i < weights.length; i++, at++) sum += sums[at] * weights[i];
      small.values[to] = Math.min(Math.max(sum, 0), 1);
    }
  }
  return small;
}

/** Return for each of `after` pixels the first of the `before` that it takes from, and their weights. */
function resamplingWeights(before, after) {
  const ratio = before / after;
  const stretch = Math.max(ratio, 1);
  return Array.from({ length: after }, (_, i) => {
    const middle = (i + 0.5) * ratio;
    const first = Math.max(Math.ceil(middle - 2 * stretch - 0.5), 0);
    const last = Math.min(Math.floor(middle + 2 * stretch - 0.5), before - 1);
    const weights = new Float64Array(last - first + 1);
    for (let k = 0; k < weights.length; k++) weights[k] = cubic((first + k + 0.5 - middle) / stretch);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Return the kernel of cubic convolution with a = -1/2. */
function cubic(x) {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
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

/** Round halves up, and what rounding errors leave of them. */
function rounded(value) {
  return Math.floor(value + 0.5 + 1e-6);
}
