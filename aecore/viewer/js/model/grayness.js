// How gray a decoded picture is: ink is nearly black or white, a blend of several digits is gray.

import { codeOf } from "./axes.js";
import { MIN_AGREEING } from "./neighbor_vote.js";
import { countBelow } from "./neighbors.js";
import { decode } from "./network.js";

/** @typedef {import("./network.js").Model} Model */

const SAMPLE = 1000; // of the test digits, evenly spaced: percentiles to a tenth
const BLURRED = 99; // per cent; a picture grayer than so many decoded test digits is blurred

/** Return how gray pixels are: sum of p (1 - p) over sum of p, with p within 0..1; 0 of a blank picture. */
export function grayness(pixels) {
  let gray = 0;
  let ink = 0;
  for (const value of pixels) {
    const p = Math.min(Math.max(value, 0), 1);
    gray += p * (1 - p);
    ink += p;
  }
  return ink ? gray / ink : 0;
}

/**
 * Make a scale of how gray a model's decoded test digits are.
 *
 * @param {Model} model
 */
export function makeGrayScale(model) {
  const grays = new Float64Array(Math.min(SAMPLE, model.count));
  let next = 0;
  return {
    /** Decode test digits for some milliseconds, and return whether all are measured. */
    measure(ms) {
      const end = performance.now() + ms;
      for (; next < grays.length && performance.now() < end; next++) {
        grays[next] = grayness(decode(model, codeOf(model, Math.floor((next * model.count) / grays.length))));
        if (next === grays.length - 1) grays.sort();
      }
      return next === grays.length;
    },
    /** Return the percentage of the decoded test digits that are less gray; null until all are measured. */
    percentile: (pixels) => (next < grays.length ? null : (100 * countBelow(grays, grayness(pixels))) / grays.length),
  };
}

/**
 * Say where a code lies: "outside" the data, "between" the classes, within one but "blurred", or "within".
 *
 * A code among others can still decode to a ghost. Where the ten nearest test digits agree, that is an
 * average of them, else a blend of several classes and no digit.
 *
 * @param {boolean} isOutside  Whether it is far from every code of the data
 * @param {number} agreeing  How many of the ten nearest test digits have the same label
 * @param {number | null} grayer  Percentage of the decoded test digits that are less gray, if it is known
 */
export function placeOf(isOutside, agreeing, grayer) {
  if (isOutside) return "outside";
  if (grayer === null || grayer < BLURRED) return "within";
  return agreeing >= MIN_AGREEING ? "blurred" : "between";
}
