// Encoding and decoding, as the trained model does it in PyTorch.

/**
 * @typedef {object} Layer
 * @property {number} rows  Outputs
 * @property {number} cols  Inputs
 * @property {Float32Array} columns  Of the weight matrix, one after the other
 * @property {Float32Array} bias
 * @property {Int32Array} active  Room for the numbers of the inputs that are not 0
 * @property {Float64Array} sums  Room for the outputs while they are summed up
 * @property {Float32Array} out
 *
 * @typedef {object} Model  A trained decoder with its atlas: the latent codes of N test digits
 * @property {string} hash
 * @property {boolean} variational
 * @property {boolean} logistic  Whether the output is squeezed into 0..1
 * @property {number} dim  D, latent dimensions
 * @property {number} count  N
 * @property {Layer[]} decoder
 * @property {Layer[]} encoder  None where the page does not encode
 * @property {Float32Array} input  Room for a code
 * @property {Float32Array} codes  N x D, row by row
 * @property {Uint8Array} labels  N
 * @property {Float64Array} ownDistances  N, ascending: of each code to its 10th-nearest other one
 * @property {Float64Array} [ownErrors]  N, ascending: MSE of each digit's reconstruction
 * @property {Float64Array} mean  D, of the codes
 * @property {Float64Array} axes  K x D, their principal axes
 */

/**
 * Make a model of what `aecore/viewer/model_arrays.py` sends.
 *
 * @returns {Model}
 */
export function makeModel({ hash, variational, logistic }, arrays) {
  const decoder = layersOf(arrays, "");
  return {
    hash,
    variational,
    logistic,
    dim: decoder[0].cols,
    count: arrays.labels.length,
    decoder,
    encoder: layersOf(arrays, "encoder_"),
    input: new Float32Array(decoder[0].cols),
    codes: arrays.codes,
    labels: arrays.labels,
    ownDistances: arrays.own_distances,
    ownErrors: arrays.own_errors,
    mean: arrays.mean,
    axes: arrays.axes,
  };
}

/**
 * Return the layers whose arrays are called `<prefix>columns0`, `<prefix>bias0`, ..., the input's first.
 *
 * @returns {Layer[]}
 */
function layersOf(arrays, prefix) {
  const layers = [];
  for (let i = 0; arrays[`${prefix}columns${i}`]; i++) {
    const columns = arrays[`${prefix}columns${i}`];
    const bias = arrays[`${prefix}bias${i}`];
    const rows = bias.length;
    const cols = columns.length / rows;
    const room = { active: new Int32Array(cols), sums: new Float64Array(rows), out: new Float32Array(rows) };
    layers.push({ rows, cols, columns, bias, ...room });
  }
  return layers;
}

/**
 * Return the latent code (D) of a digit (784 values in 0..1). A variational encoder gives means and
 * variances: the first D values are the means. Overwritten by the next call, as that of `decode`.
 */
export function encode(model, pixels) {
  return forward(model.encoder, pixels).subarray(0, model.dim);
}

/**
 * Return the digit (784 values, of a linear output not clipped) of a latent code (D). The array belongs to
 * the model and is overwritten by the next call: nothing is allocated.
 *
 * @param {Model} model
 */
export function decode(model, z) {
  model.input.set(z);
  const pixels = forward(model.decoder, model.input);
  if (model.logistic) for (let i = 0; i < pixels.length; i++) pixels[i] = 1 / (1 + Math.exp(-pixels[i]));
  return pixels;
}

/** Return the output of layers, with ReLU between them and none at the end. */
function forward(layers, input) {
  const last = layers.length - 1;
  for (let depth = 0; depth <= last; depth++) {
    multiply(layers[depth], input, depth < last);
    input = layers[depth].out;
  }
  return input;
}

/**
 * Set layer.out = weight @ input + bias, then ReLU if `rectify`. Four fifths of a digit's pixels are 0,
 * and many hidden units: their columns are left out. The others are added four at a time, so that the
 * sums are fetched less often.
 */
function multiply({ rows, cols, columns, bias, active, sums, out }, input, rectify) {
  let count = 0;
  for (let col = 0; col < cols; col++) if (input[col] !== 0) active[count++] = col;
  sums.set(bias);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const [p, q, r, s] = [active[i], active[i + 1], active[i + 2], active[i + 3]];
    const [x, y, z, w] = [input[p], input[q], input[r], input[s]];
    for (let row = 0, a = p * rows, b = q * rows, c = r * rows, d = s * rows; row < rows; row++) {
      sums[row] += x * columns[a++] + y * columns[b++] + (z * columns[c++] + w * columns[d++]);
    }
  }
  for (; i < count; i++) {
    const x = input[active[i]];
    for (let row = 0, at = active[i] * rows; row < rows; row++) sums[row] += x * columns[at++];
  }
  for (let row = 0; row < rows; row++) out[row] = rectify && sums[row] < 0 ? 0 : sums[row];
}
