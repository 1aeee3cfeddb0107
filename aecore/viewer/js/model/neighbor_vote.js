// Which label a code has, by the test digits near it: aecore/recognition/neighbor_vote.py, step by step.

import { nearestCodes } from "./neighbors.js";

/** @typedef {Pick<import("./network.js").Model, "codes" | "labels" | "dim" | "count">} Atlas */

// As in Python, which says what they are.
export const MIN_AGREEING = 9;
const MAX_CANDIDATES = 3;
const N_COMBINED = 30;
const RIDGE = 0.5;

/**
 * Count the labels of some rows of an atlas, the nearest first: pairs of label and count, the most frequent
 * first; of equals, the nearest digit's.
 *
 * @param {Pick<Atlas, "labels">} atlas
 */
export function countLabels({ labels }, nearest) {
  const counts = new Map(); // in the order of their nearest digits
  for (const row of nearest) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

/**
 * Predict the label of a code z (D), given its ten nearest rows: {label, counts, residual}, with how many of
 * the ten have each label, and the label's residual where several were compared.
 *
 * @param {Atlas} atlas
 */
export function predictLabel(atlas, z, nearest) {
  const counts = countLabels(atlas, nearest);
  const candidates = counts.slice(0, counts[0][1] < MIN_AGREEING ? MAX_CANDIDATES : 1).map(([label]) => label);
  if (candidates.length === 1) return { label: candidates[0], counts, residual: null };
  const residuals = candidates.map((label) => labelResidual(atlas, z, label));
  const residual = Math.min(...residuals);
  return { label: candidates[residuals.indexOf(residual)], counts, residual };
}

/**
 * Return the squared residual and penalty of the best combination of the codes of a label nearest to z (D):
 * `residual` in Python.
 *
 * @param {Atlas} atlas
 */
export function labelResidual(atlas, z, label) {
  const { rows } = nearestCodes(atlas, z, N_COMBINED, label);
  const { codes, dim } = atlas;
  const mean = new Float64Array(dim);
  for (const row of rows) for (let i = 0, at = row * dim; i < dim; i++, at++) mean[i] += codes[at];
  for (let i = 0; i < dim; i++) mean[i] /= rows.length;
  const spread = Array.from(rows, (row) => minus(codes, row * dim, mean));
  const rest = minus(z, 0, mean);
  const gram = spread.map((one, i) => spread.slice(0, i + 1).map((other) => product(one, other)));
  const penalty = (RIDGE * gram.reduce((sum, line, i) => sum + line[i], 0)) / rows.length;
  if (penalty === 0) return product(rest, rest); // all of them on one spot
  gram.forEach((line, i) => (line[i] += penalty));
  const shares = solveLower(gram, spread.map((one) => product(one, rest)));
  return product(rest, rest) - product(shares, shares);
}

/** Return the values from a place on, minus a mean (D). A loop: `Float64Array.from` took longer. */
function minus(values, from, mean) {
  const difference = new Float64Array(mean.length);
  for (let i = 0; i < mean.length; i++) difference[i] = values[from + i] - mean[i];
  return difference;
}

function product(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}

/**
 * Solve L y = b, where L is the Cholesky factor of the matrix A whose lower half is `lines`, which it
 * takes the place of: b A⁻¹ b = y y.
 */
function solveLower(lines, b) {
  const y = [];
  lines.forEach((line, i) => {
    for (let j = 0; j <= i; j++) {
      let sum = line[j];
      for (let k = 0; k < j; k++) sum -= line[k] * lines[j][k];
      line[j] = j < i ? sum / lines[j][j] : Math.sqrt(sum);
    }
    let sum = b[i];
    for (let j = 0; j < i; j++) sum -= line[j] * y[j];
    y.push(sum / line[i]);
  });
  return y;
}
