// How gray a decoded picture is: ink is nearly black or white, a blend of several digits is gray.

import { MIN_AGREEING } from "./neighbor_vote.js";
import { countBelow } from "./neighbors.js";

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

/** Return the percentage of a model's decoded test digits that are less gray than pixels. */
export function grayerThan({ ownGrays }, pixels) {
  return (100 * countBelow(ownGrays, grayness(pixels))) / ownGrays.length;
}

/**
 * Say where a code lies: "outside" the data, "between" the classes, within one but "blurred", or "within".
 *
 * A code among others can still decode to a ghost. Where the ten nearest test digits agree, that is an
 * average of them, else a blend of several classes and no digit.
 *
 * @param {boolean} isOutside  Whether it is far from every code of the data
 * @param {number} agreeing  How many of the ten nearest test digits have the same label
 * @param {number} grayer  Percentage of the decoded test digits that are less gray
 */
export function placeOf(isOutside, agreeing, grayer) {
  if (isOutside) return "outside";
  if (grayer < BLURRED) return "within";
  return agreeing >= MIN_AGREEING ? "blurred" : "between";
}
