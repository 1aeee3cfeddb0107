// Units of the first hidden layer as pictures: aecore/analysis/filters.py.

import { PIXELS } from "../core/digit.js";

/** @typedef {import("./network.js").Dense} Dense */
/** @typedef {import("./network.js").Model} Model  Here of fully connected layers */

const SATURATED = 0.995; // share of the sizes below the end of the color scale

/**
 * Return two pictures of each unit, (K, 2, 784): its weights of the pixels, and what the unit with the same
 * number in the decoder's last hidden layer adds to the image per 1 of its output.
 *
 * @param {Model} model
 */
export function filterPairs({ encoder, decoder }) {
  const [first, last] = /** @type {Dense[]} */ ([encoder[0], decoder.at(-1)]);
  const pairs = new Float32Array(first.rows * 2 * PIXELS);
  for (let unit = 0; unit < first.rows; unit++) {
    const at = unit * 2 * PIXELS;
    for (let i = 0; i < PIXELS; i++) pairs[at + i] = first.columns[i * first.rows + unit];
    if (unit < last.cols) pairs.set(last.columns.subarray(unit * PIXELS, (unit + 1) * PIXELS), at + PIXELS);
  }
  return pairs;
}

/**
 * Return the outputs (K) of the first hidden layer for a digit.
 *
 * @param {Model} model
 */
export function activationsOf({ encoder }, digit) {
  const { rows, columns, bias } = /** @type {Dense} */ (encoder[0]);
  const sums = Float64Array.from(bias);
  digit.forEach((value, i) => {
    if (value !== 0) for (let unit = 0; unit < rows; unit++) sums[unit] += value * columns[i * rows + unit];
  });
  return sums.map((sum) => Math.max(sum, 0));
}

/** Return the end of a symmetric color scale: one pixel must not bleach all the others. */
export function colorLimit(values) {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor(SATURATED * (sizes.length - 1))] || 1;
}

/** Return signed values as rows of the palette of 255 colors, the middle one for 0. */
export const signedLevels = (values, limit) =>
  Uint8Array.from(values, (value) => Math.round(127 * (1 + Math.min(Math.max(value / limit, -1), 1))));

/** Return the numbers of some values, the largest value first. */
export const byLargest = (values) => [...values.keys()].sort((one, other) => values[other] - values[one]);
