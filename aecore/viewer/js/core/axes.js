// The axes of charts: ranges and round numbers.

/** @typedef {[number, number]} Range  Low and high end */

const STEPS = [1, 2, 2.5, 5, 10];
const OUTLIERS = 0.002; // share of the values that each end of a range may leave out

/** Return the round step that divides a span into at most some `count` parts. */
function roundStep(span, count) {
  const power = 10 ** Math.floor(Math.log10(span / count));
  return power * STEPS.find((step) => step * power >= span / count);
}

/** Return round numbers from at or below `low` to at or above `high`, some five of them. */
export function ticksAround(low, high) {
  const step = roundStep(high - low || Math.abs(high) || 1, 4);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** Return round numbers from `low` to `high`, at most some `count` of them. */
export function ticksWithin(low, high, count) {
  const step = roundStep(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (first + i) * step);
}

/** Return the powers of a base from at or below `low` to at or above `high`. */
export function powersAround(base, low, high) {
  const exponent = (value) => Math.log(value) / Math.log(base);
  const first = Math.floor(exponent(low) + 1e-6);
  const last = Math.max(Math.ceil(exponent(high) - 1e-6), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => base ** (first + i));
}

/** Return round numbers for a logarithmic axis: powers of ten, or finer, until there are some. */
export function logTicksWithin(low, high) {
  const finest = Array.from({ length: 90 }, (_, i) => 1 + i / 10);
  let ticks = [];
  for (const factors of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9], finest]) {
    ticks = powersAround(10, low, high)
      .flatMap((power) => factors.map((factor) => factor * power))
      .filter((value) => value >= low && value <= high);
    if (ticks.length > 2) break;
  }
  return ticks;
}

/**
 * Return the smallest and the largest of many values.
 *
 * @param {Iterable<number>} values
 * @returns {Range}
 */
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * Return the range of many values without a few outliers.
 *
 * @param {Iterable<number>} values
 * @returns {Range}
 */
export function robustExtent(values) {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  return [sorted[Math.floor(OUTLIERS * last)], sorted[Math.ceil((1 - OUTLIERS) * last)]];
}

/**
 * Widen a range by a share of it at both ends; one that is a single value gets some room.
 *
 * @param {Range} range
 * @returns {Range}
 */
export function widened([low, high], share) {
  const room = high > low ? (high - low) * share : 1;
  return [low - room, high + room];
}

/** Return the median of values; the larger of two in the middle. */
export const medianOf = (values) => Float64Array.from(values).sort()[values.length >> 1];
