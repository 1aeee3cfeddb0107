// Distance to the map.

import { meter } from "../core/meter.js";

const NEIGHBOR = 10; // which neighbor's distance counts; NeighborIndex's k
const nearestSquares = new Float64Array(NEIGHBOR);
export const nearestRows = new Int32Array(NEIGHBOR);

/**
 * How far a code z lies from the data, as NeighborIndex measures it in Python:
 * {distance10, percentile, nearestIndex, nearestLabel}.
 */
export function mapDistance(model, z) {
  const { codes, dim, count } = model;
  const best = nearestSquares.fill(Infinity); // squared distances, ascending
  for (let row = 0, at = 0; row < count; row++, at += dim) {
    const limit = best[NEIGHBOR - 1];
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
    let place = NEIGHBOR - 1;
    for (; place > 0 && best[place - 1] > sum; place--) {
      best[place] = best[place - 1];
      nearestRows[place] = nearestRows[place - 1];
    }
    best[place] = sum;
    nearestRows[place] = row;
  }
  const nearestIndex = nearestRows[0];
  const distance10 = Math.sqrt(best[NEIGHBOR - 1]);
  const percentile = (100 * countBelow(model.ownDistances, distance10)) / count;
  const nearestLabel = model.labels[nearestIndex];
  meter.lastDistance = { distance10, percentile, nearestIndex, nearestLabel };
  return meter.lastDistance;
}

/** How many of the ascending values are smaller than `value`. */
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

/** The code (D) of test digit `number`. */
export function codeOf(model, number) {
  return model.codes.slice(number * model.dim, (number + 1) * model.dim);
}
