// Resizing pictures of one channel, as Pillow does it.

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {Float64Array | Float32Array} values  Row by row. Single precision would do, but not agree
 */

/**
 * @typedef {object} Kernel
 * @property {number} reach  In pixels, those of the smaller picture
 * @property {(x: number) => number} weight  At a distance from the middle
 */

/** @type {Kernel} Cubic convolution with a = -1/2 */
const CUBIC = { reach: 2, weight: cubic };
/** @type {Kernel} */
const LANCZOS = { reach: 3, weight: lanczos };

/** @returns {Picture} */
export function blank(width, height) {
  return { width, height, values: new Float64Array(width * height) };
}

/**
 * @param {Picture} picture
 * @returns {Picture}
 */
export function mapped({ width, height, values }, change) {
  return { width, height, values: values.map(change) };
}

/**
 * Return a picture whose longer side is `side` pixels long: first each column, then each row.
 *
 * @param {Picture} picture
 */
export function scaled(picture, side) {
  const length = (before) => Math.max(1, rounded((before * side) / Math.max(picture.width, picture.height)));
  const low = withHeight(picture, length(picture.height), CUBIC);
  return mapped(withWidth(low, length(picture.width), CUBIC), clipped);
}

/**
 * Return a picture of another size: first each row, then each column, always in whole levels, as
 * `resized` in aecore/data/readers/pictures.py.
 *
 * @param {Picture} picture
 */
export function resized(picture, width, height) {
  const narrow = mapped(withWidth(mapped(picture, toLevel), width, LANCZOS), toLevel);
  return mapped(withHeight(narrow, height, LANCZOS), toLevel);
}

const clipped = (value) => Math.min(Math.max(value, 0), 1);
const toLevel = (value) => Math.round(255 * clipped(value)) / 255;

/** In a large picture no sum waits for the one before it. */
function withHeight({ width, height, values }, newHeight, kernel) {
  const low = blank(width, newHeight);
  const sums = low.values;
  resamplingWeights(height, newHeight, kernel).forEach(({ first, weights }, y) => {
    for (let i = 0, from = first * width; i < weights.length; i++) {
      const weight = weights[i];
      for (let to = y * width, end = to + width; to < end; to++, from++) sums[to] += values[from] * weight;
    }
  });
  return low;
}

function withWidth({ width, height, values }, newWidth, kernel) {
  const narrow = blank(newWidth, height);
  const across = resamplingWeights(width, newWidth, kernel);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++, to++) {
      const { first, weights } = across[x];
      let sum = 0;
      for (let i = 0, at = y * width + first; i < weights.length; i++, at++) sum += values[at] * weights[i];
      narrow.values[to] = sum;
    }
  }
  return narrow;
}

/** Return for each of `after` pixels the first of the `before` that it takes from, and their weights. */
function resamplingWeights(before, after, { reach, weight }) {
  const ratio = before / after;
  const stretch = Math.max(ratio, 1);
  return Array.from({ length: after }, (_, i) => {
    const middle = (i + 0.5) * ratio;
    const first = Math.max(Math.ceil(middle - reach * stretch - 0.5), 0);
    const last = Math.min(Math.floor(middle + reach * stretch - 0.5), before - 1);
    const weights = new Float64Array(last - first + 1);
    for (let k = 0; k < weights.length; k++) weights[k] = weight((first + k + 0.5 - middle) / stretch);
    const sum = weights.reduce((total, each) => total + each, 0);
    return { first, weights: weights.map((each) => each / sum) };
  });
}

function cubic(x) {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

function lanczos(x) {
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Round halves up, and what rounding errors leave of them. */
export function rounded(value) {
  return Math.floor(value + 0.5 + 1e-6);
}
