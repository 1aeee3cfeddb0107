// Which label a code has, by the test digits near it: aecore/recognition/neighbor_vote.py, step by step.

import { nearestCodes } from "./neighbors.js";

/** @typedef {Pick<import("./network.js").Model, "codes" | "labels" | "dim" | "count">} Atlas */

const AGREED = 9; // so many of the ten nearest settle it
const TRIED = 3; // otherwise so many of their labels are tried
const FAMILY = 30; // so many digits of each are mixed
const STIFFNESS = 0.5; // what it costs to leave their middle

/**
 * Return the label of a code z (D), given its ten nearest rows: {label, count, divided}, with how many of
 * the ten carry it, and whether too few of them agreed.
 *
 * @param {Atlas} atlas
 */
export function labelVote(atlas, z, nearest) {
  const counts = new Map(); // in the order of their nearest digits
  for (const row of nearest) {
    const label = atlas.labels[row];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const frequent = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  const divided = counts.get(frequent[0]) < AGREED;
  const tried = divided ? frequent.slice(0, TRIED) : [frequent[0]];
  const gaps = divided ? tried.map((each) => mixtureGap(atlas, z, nearestCodes(atlas, z, FAMILY, each).rows)) : [0];
  const label = tried[gaps.indexOf(Math.min(...gaps))];
  return { label, count: counts.get(label), divided };
}

/**
 * Return what the best mixture of some codes leaves of z, squared, and what the mixture costs: _gap in
 * Python.
 *
 * @param {Atlas} atlas
 */
function mixtureGap({ codes, dim }, z, rows) {
  const middle = new Float64Array(dim);
  for (const row of rows) for (let i = 0, at = row * dim; i < dim; i++, at++) middle[i] += codes[at];
  for (let i = 0; i < dim; i++) middle[i] /= rows.length;
  const spread = Array.from(rows, (row) => minus(codes, row * dim, middle));
  const rest = minus(z, 0, middle);
  const gram = spread.map((one, i) => spread.slice(0, i + 1).map((other) => product(one, other)));
  const cost = (STIFFNESS * gram.reduce((sum, line, i) => sum + line[i], 0)) / rows.length;
  if (cost === 0) return product(rest, rest); // all of them on one spot
  gram.forEach((line, i) => (line[i] += cost));
  const shares = solveLower(gram, spread.map((one) => product(one, rest)));
  return product(rest, rest) - product(shares, shares);
}

/** Return the values from a place on, minus a middle (D). A loop: `Float64Array.from` took longer. */
function minus(values, from, middle) {
  const difference = new Float64Array(middle.length);
  for (let i = 0; i < middle.length; i++) difference[i] = values[from + i] - middle[i];
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
