// The test digits whose codes are nearest to a code, and how isolated it is.

/** @typedef {import("./network.js").Model} Model */

export const NEIGHBORS = 10; // of which the last one's distance counts; as NeighborIndex in Python

/**
 * Return the rows of the `most` codes nearest to z, the nearest first, and their squared distances;
 * only those that carry `label`, if one is given.
 *
 * @param {Pick<Model, "codes" | "labels" | "dim" | "count">} model
 */
export function nearestCodes({ codes, labels, dim, count }, z, most, label = null) {
  const rows = new Int32Array(most);
  const squares = new Float64Array(most).fill(Infinity);
  let found = 0;
  for (let row = 0, at = 0; row < count; row++, at += dim) {
    if (label !== null && labels[row] !== label) continue;
    const limit = squares[most - 1];
    let sum = 0;
    for (let i = 0; i < dim; ) {
      const stop = i + 16 < dim ? i + 16 : dim;
      for (; i < stop; i++) {
        const gap = codes[at + i] - z[i];
        sum += gap * gap;
      }
      if (sum >= limit) break; // too far already
    }
    if (sum >= limit) continue;
    if (found < most) found++;
    let place = most - 1;
    for (; place > 0 && squares[place - 1] > sum; place--) {
      squares[place] = squares[place - 1];
      rows[place] = rows[place - 1];
    }
    squares[place] = sum;
    rows[place] = row;
  }
  return { rows: rows.subarray(0, found), squares: squares.subarray(0, found) };
}

/**
 * Measure how far a code z lies from the data, as NeighborIndex does in Python: the ten nearest `rows`,
 * the distance to the tenth, and the percentage of test digits that are less isolated.
 *
 * @param {Model} model
 */
export function distanceToData(model, z) {
  const { rows, squares } = nearestCodes(model, z, NEIGHBORS);
  const kth = Math.min(NEIGHBORS, Math.max(model.count - 1, 1)) - 1; // an atlas of few codes has fewer
  const distance10 = Math.sqrt(squares[kth]);
  return {
    rows,
    distance10,
    percentile: (100 * countBelow(model.ownDistances, distance10)) / model.count,
    nearestIndex: rows[0],
    nearestLabel: model.labels[rows[0]],
  };
}

/** Return how many of the ascending values are smaller than `value`. */
export function countBelow(values, value) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
