// Corrupting a digit: aecore/corruptions.py, with the browser's own random numbers.

import { sampleNormal } from "./sampling.js";

/**
 * @typedef {object} Noise
 * @property {string} label
 * @property {string} meaning  Of its level
 * @property {number} usual  A level to begin with
 * @property {number} most  The highest level
 * @property {(value: number, level: number, random: () => number) => number} apply  To a pixel of 0..1
 */

/** @type {Record<string, Noise>} */
export const NOISES = {
  masking: {
    label: "Masking", meaning: "share of pixels set to 0", usual: 0.5, most: 1,
    apply: (value, level, random) => (random() < level ? 0 : value),
  },
  gaussian: {
    label: "Gaussian", meaning: "standard deviation in gray levels of 0..1", usual: 0.2, most: 1,
    apply: (value, level, random) => Math.min(Math.max(value + level * sampleNormal(random), 0), 1),
  },
  salt_and_pepper: {
    label: "Salt and pepper", meaning: "share of pixels set to 0 or 1", usual: 0.2, most: 1,
    apply: (value, level, random) => (random() < level ? Number(random() < 0.5) : value),
  },
};

/** Return random numbers in 0..1 that are the same for the same seed: mulberry32. */
function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Return a corrupted copy of a digit.
 *
 * @param {Float32Array} digit
 */
export function corrupt(digit, kind, level, seed) {
  const random = makeRandom(seed);
  return digit.map((value) => NOISES[kind].apply(value, level, random));
}
