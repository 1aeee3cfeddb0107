// Units of the first hidden layer as pictures: aecore/analysis/filters.py and feature_maps.py.

import { PIXELS, SIDE } from "../core/digit.js";
import { encode } from "./network.js";

/** @typedef {import("./network.js").Dense} Dense */
/** @typedef {import("./network.js").Convolution} Convolution */
/** @typedef {import("./network.js").Model} Model  Here of fully connected layers, but for `featureMapPairs` */

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
export function activationsOf({ encoder, activate }, digit) {
  const { rows, columns, bias } = /** @type {Dense} */ (encoder[0]);
  const sums = Float64Array.from(bias);
  digit.forEach((value, i) => {
    if (value !== 0) for (let unit = 0; unit < rows; unit++) sums[unit] += value * columns[i * rows + unit];
  });
  return sums.map((sum) => activate(sum));
}

/** Return whether a model's first layer is a convolution. */
export const isConvolutional = ({ encoder }) => "kernels" in encoder[0];

/**
 * Return two pictures of each channel of the first convolution, (K, 2, 784): its kernel and its feature map
 * of a digit, enlarged, each in shares of the largest absolute value of all; and the mean activation of each map (K).
 *
 * @param {Model} model
 */
export function featureMapPairs(model, digit) {
  encode(model, digit);
  const { maps: [, , height, width], kernels, bias, out } = /** @type {Convolution} */ (model.encoder[0]);
  const count = bias.length;
  const [most, brightest] = [kernels, out].map((values) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-12));
  const pairs = new Float32Array(count * 2 * PIXELS);
  const means = new Float64Array(count);
  for (let i = 0; i < PIXELS; i++) {
    const [y, x] = [Math.floor(i / SIDE) / SIDE, (i % SIDE) / SIDE];
    const tap = Math.floor(3 * y) * 3 + Math.floor(3 * x);
    const place = Math.floor(height * y) * width + Math.floor(width * x);
    for (let k = 0; k < count; k++) {
      pairs[2 * k * PIXELS + i] = kernels[tap * count + k] / most;
      pairs[(2 * k + 1) * PIXELS + i] = out[place * count + k] / brightest;
    }
  }
  out.forEach((value, i) => (means[i % count] += value / (height * width)));
  return { pairs, active: means };
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
