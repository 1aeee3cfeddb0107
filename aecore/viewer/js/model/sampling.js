// Random codes: where they are drawn from, and how.

import { codeOf } from "./neighbors.js";

/** One draw from N(0, 1), by Box and Muller. */
function normal(random = Math.random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rows of the atlas that carry `label`; all of them for null. */
export function rowsOf(model, label) {
  const rows = [];
  for (let row = 0; row < model.count; row++) {
    if (label === null || model.labels[row] === label) rows.push(row);
  }
  return rows;
}

/**
 * A draw from the normal distribution with the mean and covariance of these rows of the atlas.
 * A sum of the centered codes, each times its own N(0, 1), over sqrt(n - 1) has just that
 * covariance: no matrix has to be factored.
 */
export function drawFitted(model, rows, random = Math.random) {
  const { codes, dim } = model;
  const mean = new Float64Array(dim);
  const sum = new Float64Array(dim);
  for (const row of rows) for (let i = 0; i < dim; i++) mean[i] += codes[row * dim + i] / rows.length;
  const scale = 1 / Math.sqrt(Math.max(rows.length - 1, 1));
  for (const row of rows) {
    const weight = scale * normal(random);
    for (let i = 0; i < dim; i++) sum[i] += weight * (codes[row * dim + i] - mean[i]);
  }
  return Float32Array.from(sum, (value, i) => mean[i] + value);
}

/** A draw from N(0, I), blind to the data. */
export function drawStandard(model, random = Math.random) {
  return Float32Array.from({ length: model.dim }, () => normal(random));
}

export const SOURCES = [
  {
    name: "all digits",
    hint: () => "From the normal distribution fitted to the codes of all test digits.",
    draw: (model) => ({ z: drawFitted(model, rowsOf(model, null)) }),
  },
  {
    name: "one digit",
    labeled: true,
    hint: () => "From the normal distribution fitted to the codes of one digit.",
    draw: (model, label) => ({ z: drawFitted(model, rowsOf(model, label)), from: `the ${label}s` }),
  },
  {
    name: "N(0, I)",
    hint: (model) =>
      model.variational
        ? "From the standard normal distribution, which this model was trained to keep its codes near."
        : "From the standard normal distribution, which knows nothing of the data: nobody taught the encoder to fill it.",
    draw: (model) => ({ z: drawStandard(model) }),
  },
  {
    name: "a test digit",
    labeled: true,
    any: true,
    hint: () => "The code of a digit that the model never saw in training.",
    draw(model, label) {
      const rows = rowsOf(model, label);
      const number = rows[Math.floor(Math.random() * rows.length)];
      return { z: codeOf(model, number), from: `test digit no. ${number}, a ${model.labels[number]}` };
    },
  },
];
