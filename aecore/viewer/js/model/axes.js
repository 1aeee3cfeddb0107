// The principal axes of the codes.

/** mean + values[0] * axis 1 + values[1] * axis 2 + ..., written into `z` (D). */
export function alongAxes(model, values, z) {
  z.set(model.mean);
  for (let k = 0; k < values.length; k++) {
    for (let i = 0; i < model.dim; i++) z[i] += values[k] * model.axes[k * model.dim + i];
  }
  return z;
}

/** Coordinate of a code z along principal axis k (from 0), the mean at 0. */
export function axisValue(model, z, k) {
  let sum = 0;
  for (let i = 0; i < model.dim; i++) sum += (z[i] - model.mean[i]) * model.axes[k * model.dim + i];
  return sum;
}
