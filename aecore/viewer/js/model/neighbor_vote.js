// Which label a code has, by the test digits near it: aecore.vote, step by step. Follows core.js.

import { nearestRows } from "./neighbors.js";

const AGREED = 9; // so many of the ten nearest settle it
const TRIED = 3; // otherwise so many of their labels are tried
const FAMILY = 30; // so many digits of each are mixed
const STIFFNESS = 0.5; // what it costs to leave their middle

/**
 * The label of a code z (D) whose mapDistance was the latest: {label, count, divided}, with how many
 * of the ten neighbors carry it, and whether too few of them agreed.
 */
export function labelVote(model, z) {
  const counts = new Map(); // in the order of their nearest digits
  for (const row of nearestRows) {
    const label = model.labels[row];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const frequent = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  const divided = counts.get(frequent[0]) < AGREED;
  const tried = divided ? frequent.slice(0, TRIED) : [frequent[0]];
  const gaps = divided ? tried.map((label) => gapTo(model, z, familyOf(model, z, label))) : [0];
  const label = tried[gaps.indexOf(Math.min(...gaps))];
  return { label, count: counts.get(label), divided };
}

/** Rows of the FAMILY codes of a label that are nearest to z; fewer where there are no more. */
function familyOf({ codes, labels, dim, count }, z, label) {
  const rows = [];
  const squares = []; // ascending
  for (let row = 0; row < count; row++) {
    if (labels[row] !== label) continue;
    const limit = rows.length < FAMILY ? Infinity : squares[FAMILY - 1];
    let sum = 0;
    for (let i = 0, at = row * dim; i < dim && sum < limit; ) {
      for (const stop = Math.min(i + 16, dim); i < stop; i++, at++) {
        const gap = codes[at] - z[i];
        sum += gap * gap;
      }
    }
    if (sum >= limit) continue;
    let place = Math.min(rows.length, FAMILY - 1);
    for (; place > 0 && squares[place - 1] > sum; place--) {
      squares[place] = squares[place - 1];
      rows[place] = rows[place - 1];
    }
    squares[place] = sum;
    rows[place] = row;
  }
  return rows;
}

/** What the best mix of a family leaves of z, squared, and costs: _gap in Python. */
function gapTo({ codes, dim }, z, rows) {
  const middle = new Float64Array(dim);
  for (const row of rows) for (let i = 0, at = row * dim; i < dim; i++, at++) middle[i] += codes[at];
  for (let i = 0; i < dim; i++) middle[i] /= rows.length;
  const spread = rows.map((row) => away(codes, row * dim, middle));
  const rest = away(z, 0, middle);
  const gram = spread.map((one, i) => spread.slice(0, i + 1).map((other) => product(one, other)));
  const cost = (STIFFNESS * gram.reduce((sum, line, i) => sum + line[i], 0)) / rows.length;
  if (cost === 0) return product(rest, rest); // all of them on one spot
  gram.forEach((line, i) => (line[i] += cost));
  const shares = solveLower(gram, spread.map((one) => product(one, rest)));
  return product(rest, rest) - product(shares, shares);
}

/** The values from a place on, counted from a middle (D). A loop: `Float64Array.from` took longer. */
export function away(values, from, middle) {
  const difference = new Float64Array(middle.length);
  for (let i = 0; i < middle.length; i++) difference[i] = values[from + i] - middle[i];
  return difference;
}

function product(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}

/** y of L y = b, where L is the Cholesky factor of the matrix whose lower half is `lines`: b A⁻¹ b = y y. */
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
