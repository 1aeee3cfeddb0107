// The atlas of a model: its codes and their principal axes.

/** @typedef {import("./network.js").Model} Model */

/**
 * Return the code (D) of test digit `number`.
 *
 * @param {Model} model
 */
export function codeOf({ codes, dim }, number) {
  return codes.slice(number * dim, (number + 1) * dim);
}

/**
 * Write mean + values[0] * axis 1 + values[1] * axis 2 + ... into `z` (D).
 *
 * @param {Model} model
 */
export function alongAxes({ mean, axes, dim }, values, z) {
  z.set(mean);
  for (let k = 0; k < values.length; k++) {
    for (let i = 0; i < dim; i++) z[i] += values[k] * axes[k * dim + i];
  }
  return z;
}

/**
 * Return the coordinate of a code z along principal axis k (from 0), the mean at 0.
 *
 * @param {Model} model
 */
export function axisValue({ mean, axes, dim }, z, k) {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += (z[i] - mean[i]) * axes[k * dim + i];
  return sum;
}

/**
 * Return where a code z lies on the two axes of a flat map, as aecore/latent/projection.py does; `label` is
 * its height where D = 1.
 *
 * @param {Model} model
 */
export function positionOf(model, z, label) {
  if (model.dim === 1) return [z[0], label];
  if (model.dim === 2) return [z[0], z[1]];
  return [axisValue(model, z, 0), axisValue(model, z, 1)];
}

/** Return which flat view all codes of a model are shown in. */
export const flatViewOf = ({ dim }) => (dim === 1 ? "line" : dim === 2 ? "plane" : "principal");

/**
 * Return where the codes of the atlas lie in a flat view, (N x 2), as aecore/latent/projection.py does.
 *
 * @param {Model} model
 * @param {"line" | "plane" | "principal"} view
 */
export function pointsOf(model, view) {
  const { codes, labels, dim, count } = model;
  if (view === "plane") return codes;
  const points = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    const code = codes.subarray(row * dim, (row + 1) * dim);
    points[2 * row] = view === "line" ? code[0] : axisValue(model, code, 0);
    points[2 * row + 1] = view === "line" ? labels[row] : axisValue(model, code, 1);
  }
  return points;
}

/**
 * Move a code z (D) to a position on the axes of a flat map; along all others it stays where it is.
 *
 * @param {Model} model
 */
export function moveTo(model, z, [x, y]) {
  if (model.dim > 2) {
    moveAlong(model, z, 0, x);
    moveAlong(model, z, 1, y);
  } else {
    z[0] = x;
    if (model.dim === 2) z[1] = y;
  }
}

/**
 * Give a code z (D) another coordinate along principal axis k.
 *
 * @param {Model} model
 */
export function moveAlong(model, z, k, value) {
  const step = value - axisValue(model, z, k);
  for (let i = 0; i < model.dim; i++) z[i] += step * model.axes[k * model.dim + i];
}
