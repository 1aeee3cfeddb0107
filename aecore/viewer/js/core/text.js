// Numbers and codes in words.

import { classOf, inWords, picture } from "./digit.js";

const OUTSIDE = 99.5; // per cent; a code more isolated than so many test digits lies outside the data

/** @param {string} text */
const withMinus = (text) => text.replaceAll("-", "−");

/** Write a number with `decimals` decimals, a real minus, and none in front of a zero. */
export function fixed(value, decimals = 2) {
  return withMinus((Number(value.toFixed(decimals)) + 0).toFixed(decimals));
}

/** Write a number with a few digits; whole ones in full. */
export function brief(value, digits = 3) {
  if (Number.isInteger(value)) return withMinus(value.toLocaleString("en"));
  return withMinus(String(Number(value.toPrecision(digits))));
}

/** Write an error: 0.0412, or 4.1e-5 where decimals would be many. */
export function errorText(value) {
  return value >= 1e-3 ? value.toFixed(4) : withMinus(value.toExponential(1));
}

/** Write a share in per cent, to a tenth where that decides. */
export function percentText(percentile) {
  return `${percentile.toFixed(isOutside(percentile) ? 1 : 0)}%`;
}

/** Tell whether a code more isolated than this percentage of the test digits lies outside the data. */
export const isOutside = (percentile) => percentile >= OUTSIDE;

/** Write a code: all of it, or its first values. */
export function codeText(z, most = 4) {
  const values = Array.from(z.slice(0, most), (value) => fixed(value)).join(", ");
  return `z = (${values}${z.length > most ? ", …" : ""})`;
}

/** Write a class with its indefinite article: a 3, an 8. */
export function withArticle(label) {
  if (picture.noun !== "digit") return classOf(label);
  return `${String(label) === "8" ? "an" : "a"} ${label}`;
}

/** Write which test digit, and its class if it has one: no. 4, a 9. */
export const numbered = (number, label) => `no. ${number}${picture.isLabeled ? `, ${withArticle(label)}` : ""}`;

/**
 * Write how the ten nearest test digits are split, given pairs of label and count: 5 of 10 are 7s, 3 are 9s.
 * And which digits approximate a picture best, where they are not the most frequent.
 */
export function votesText(counts, best = counts[0][0]) {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const [[first, most], ...others] = counts;
  const parts = others.map(([label, count]) => (count === 1 ? `1 is ${withArticle(label)}` : `${count} are ${label}s`));
  if (best !== first) parts.push(`but nearby ${best}s approximate it best`);
  return [`${most} of ${total} are ${first}s`, ...parts].join(", ");
}

/** Write how often there is each label, given pairs of label and count: 7 × circle, 3 × star. */
export const labelsText = (counts) => counts.map(([label, count]) => `${count} × ${classOf(label)}`).join(", ");

/** Write how many there are of something, with its plural. */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Say how gray a picture is. */
export const grayText = (grayer) => inWords(`grayer than ${percentText(grayer)} of the decoded test digits`);

/** Say where a code lies and what that means, the verdict apart: see `withPlace` in live_model.js. */
export function placeText({ place, percentile, grayer, nearestLabel }) {
  const far = inWords(`more isolated than ${percentText(percentile)} of the test digits`);
  const near = picture.isLabeled ? `; the nearest is ${withArticle(nearestLabel)}` : "";
  if (place === "outside") return ["Outside the data", `: ${far}${near}.`];
  if (place === "between") {
    return ["Between the digits", `: blurred, ${grayText(grayer)}. It blends several classes, and is no digit.`].map(inWords);
  }
  if (place === "blurred") return ["Blurred", `: ${grayText(grayer)}, like an average of many ${picture.noun === "digit" ? `${nearestLabel}s` : picture.nouns}.`];
  return ["Within the data", `: ${far}, ${grayText(grayer)}${near}.`];
}
