// Sampling codes.

/** @typedef {Pick<import("./network.js").Model, "codes" | "labels" | "dim" | "count">} Atlas */

/** Return a sample from N(0, 1), by Box and Muller. */
export function sampleNormal(random = Math.random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Return the rows of the atlas that carry `label`; all of them for null.
 *
 * @param {Atlas} atlas
 */
export function rowsOf({ labels, count }, label) {
  const rows = [];
  for (let row = 0; row < count; row++) if (label === null || labels[row] === label) rows.push(row);
  return rows;
}

/**
 * Return a sample (D) from the normal distribution with the mean and covariance of these rows of the
 * atlas. A sum of the centered codes, each times its own N(0, 1), over sqrt(n - 1) has just that
 * covariance: no matrix has to be factored.
 *
 * @param {Atlas} atlas
 */
export function sampleFitted({ codes, dim }, rows, random = Math.random) {
  const mean = new Float64Array(dim);
  const sum = new Float64Array(dim);
  for (const row of rows) for (let i = 0; i < dim; i++) mean[i] += codes[row * dim + i] / rows.length;
  const scale = 1 / Math.sqrt(Math.max(rows.length - 1, 1));
  for (const row of rows) {
    const weight = scale * sampleNormal(random);
    for (let i = 0; i < dim; i++) sum[i] += weight * (codes[row * dim + i] - mean[i]);
  }
  return Float32Array.from(sum, (value, i) => mean[i] + value);
}

/** Return a sample (D) from the prior N(0, I). */
export function samplePrior({ dim }, random = Math.random) {
  return Float32Array.from({ length: dim }, () => sampleNormal(random));
}

/**
 * Return one of these rows at random.
 *
 * @param {number[]} rows
 */
export const sampleRow = (rows, random = Math.random) => rows[Math.floor(random() * rows.length)];
