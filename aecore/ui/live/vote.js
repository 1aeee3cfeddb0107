// Which label a code has, by the test digits near it: aecore.vote, step by step. Follows core.js.

const AGREED = 9; // so many of the ten nearest settle it
const FAMILY = 30; // otherwise so many digits of each of their labels are mixed
const STIFFNESS = 0.5; // what it costs to leave their middle

/**
 * The label of a code z (D) whose mapDistance was the latest: {label, count, divided}, with how many
 * of the ten neighbours carry it, and whether too few of them agreed.
 */
function labelVote(model, z) {
  const counts = new Map(); // in the order of their nearest digits
  for (const row of nearestRows) {
    const label = model.labels[row];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const tried = [...counts.keys()];
  const most = Math.max(...counts.values());
  const divided = most < AGREED;
  const gaps = tried.map((label) => (divided ? gapTo(model, z, familyOf(model, z, label)) : -counts.get(label)));
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
    for (let i = 0, at = row * dim; i < dim && sum < limit; i++, at++) sum += (codes[at] - z[i]) ** 2;
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
  const size = rows.length;
  const middle = new Float64Array(dim);
  for (const row of rows) for (let i = 0; i < dim; i++) middle[i] += codes[row * dim + i] / size;
  const rest = Float64Array.from(z, (value, i) => value - middle[i]);
  const spread = rows.map((row) => Float64Array.from(middle, (value, i) => codes[row * dim + i] - value));
  const gram = spread.map((one, i) => Float64Array.from(spread.slice(0, i + 1), (other) => product(one, other)));
  const cost = (STIFFNESS * gram.reduce((sum, line, i) => sum + line[i], 0)) / size;
  if (cost === 0) return product(rest, rest); // all of them on one spot
  gram.forEach((line, i) => (line[i] += cost));
  const shares = solveLower(gram, spread.map((one) => product(one, rest)));
  return product(rest, rest) - product(shares, shares);
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
