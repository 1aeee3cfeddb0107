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
