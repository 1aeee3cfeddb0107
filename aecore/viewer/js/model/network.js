// Encoding and decoding, as the trained model does it in PyTorch.

/**
 * @typedef {object} Convolution  3 x 3 kernels with stride 2 and padding 1; maps are (H, W, C)
 * @property {number[]} maps  Height and width of the input and of the output, which is the larger one of
 *   a transposed convolution
 * @property {Float32Array} kernels  (3, 3, in, out)
 * @property {Float32Array} bias
 * @property {Int32Array} active  Room for the channels in which a value is not 0
 * @property {Float64Array} sums  Room for the outputs while they are summed up
 * @property {Float32Array} out
 *
 * @typedef {object} Dense
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
 * @property {(sum: number) => number} activate  The activation function of hidden layers
 * @property {boolean} logistic  Whether the output is squeezed into 0..1
 * @property {number} dim  D, latent dimensions
 * @property {number} count  N
 * @property {(Dense|Convolution)[]} decoder
 * @property {(Dense|Convolution)[]} encoder  None where the page does not encode
 * @property {Float32Array} input  Room for a code
 * @property {Float32Array} codes  N x D, row by row
 * @property {Uint8Array} labels  N
 * @property {Float32Array} ownDistances  N, ascending: of each code to its 10th-nearest other one
 * @property {Float32Array} ownGrays  Ascending: how gray decoded test digits are
 * @property {Float32Array} [ownErrors]  N, ascending: MSE of each digit's reconstruction
 * @property {Float64Array} mean  D, of the codes
 * @property {Float64Array} axes  K x D, their principal axes
 */

/** As in aecore/models/activations.py. */
const ACTIVATIONS = {
  relu: (sum) => (sum < 0 ? 0 : sum),
  tanh: Math.tanh,
  logistic: (sum) => 1 / (1 + Math.exp(-sum)),
  identity: (sum) => sum,
};

/**
 * Make a model of what `aecore/viewer/model_arrays.py` sends.
 *
 * @returns {Model}
 */
export function makeModel({ hash, variational, activation, logistic }, arrays) {
  const decoder = layersOf(arrays, "");
  const dim = arrays.columns0.length / arrays.bias0.length;
  return {
    hash,
    variational,
    activate: ACTIVATIONS[activation],
    logistic,
    dim,
    count: arrays.labels.length,
    decoder,
    encoder: layersOf(arrays, "encoder_"),
    input: new Float32Array(dim),
    codes: arrays.codes,
    labels: arrays.labels,
    ownDistances: arrays.own_distances,
    ownGrays: arrays.own_grays,
    ownErrors: arrays.own_errors,
    mean: arrays.mean,
    axes: arrays.axes,
  };
}

/** Return a model that shares a decoder and has the encoder of arrays that came later. */
export function withEncoder(model, hash, arrays) {
  return { ...model, hash, encoder: layersOf(arrays, "encoder_"), ownErrors: arrays.own_errors };
}

/**
 * Return the layers whose arrays are called `<prefix>columns0`, or `<prefix>kernels0` and `<prefix>maps0`,
 * and `<prefix>bias0`, ..., the input's first.
 *
 * @returns {(Dense|Convolution)[]}
 */
function layersOf(arrays, prefix) {
  const layers = [];
  for (let i = 0; arrays[`${prefix}bias${i}`]; i++) {
    const bias = arrays[`${prefix}bias${i}`];
    const kernels = arrays[`${prefix}kernels${i}`];
    if (kernels) {
      const maps = [...arrays[`${prefix}maps${i}`]];
      const size = maps[2] * maps[3] * bias.length;
      const active = new Int32Array(kernels.length / (9 * bias.length));
      layers.push({ maps, kernels, bias, active, sums: new Float64Array(size), out: new Float32Array(size) });
      continue;
    }
    const columns = arrays[`${prefix}columns${i}`];
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
  return forward(model, model.encoder, pixels).subarray(0, model.dim);
}

/**
 * Return the digit (784 values, of a linear output not clipped) of a latent code (D). The array belongs to
 * the model and is overwritten by the next call: nothing is allocated.
 *
 * @param {Model} model
 */
export function decode(model, z) {
  model.input.set(z);
  const pixels = forward(model, model.decoder, model.input);
  if (model.logistic) for (let i = 0; i < pixels.length; i++) pixels[i] = ACTIVATIONS.logistic(pixels[i]);
  return pixels;
}

/** Return the output of layers, with the activation function between them and none at the end. */
function forward({ activate }, layers, input) {
  const last = layers.length - 1;
  for (let depth = 0; depth <= last; depth++) {
    const layer = layers[depth];
    if ("kernels" in layer) convolve(layer, input);
    else multiply(layer, input);
    const { sums, out } = layer;
    if (depth === last) out.set(sums);
    else for (let i = 0; i < out.length; i++) out[i] = activate(sums[i]);
    input = out;
  }
  return input;
}

/**
 * Set layer.sums = weight @ input + bias. Four fifths of a digit's pixels are 0, and many hidden units:
 * their columns are left out. The others are added four at a time, so that the sums are fetched less often.
 */
function multiply({ rows, cols, columns, bias, active, sums }, input) {
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
}

/**
 * Set layer.sums to the convolution of the input and the bias. Each value of the input that is not 0 is added
 * to the outputs around it, four channels at a time as in `multiply`.
 */
function convolve({ maps: [height, width, outHeight, outWidth], kernels, bias, active, sums }, input) {
  const nOut = bias.length;
  const nIn = active.length;
  for (let at = 0; at < sums.length; at += nOut) sums.set(bias, at);
  const downs = [0, 1, 2].map((row) => reach(height, outHeight, row));
  const acrosses = [0, 1, 2].map((column) => reach(width, outWidth, column));
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += nIn) {
      let count = 0;
      for (let i = 0; i < nIn; i++) if (input[from + i] !== 0) active[count++] = i;
      if (!count) continue;
      for (let tap = 0; tap < 9; tap++) {
        const down = downs[Math.floor(tap / 3)][y];
        const across = acrosses[tap % 3][x];
        if (down < 0 || across < 0) continue;
        const to = (down * outWidth + across) * nOut;
        const kernel = tap * nIn * nOut;
        let i = 0;
        for (; i + 4 <= count; i += 4) {
          const [p, q, r, s] = [active[i], active[i + 1], active[i + 2], active[i + 3]];
          const [e, f, g, h] = [input[from + p], input[from + q], input[from + r], input[from + s]];
          let [a, b, c, d] = [kernel + p * nOut, kernel + q * nOut, kernel + r * nOut, kernel + s * nOut];
          for (let at = to; at < to + nOut; at++) {
            sums[at] += e * kernels[a++] + f * kernels[b++] + (g * kernels[c++] + h * kernels[d++]);
          }
        }
        for (; i < count; i++) {
          const value = input[from + active[i]];
          for (let at = to, k = kernel + active[i] * nOut; at < to + nOut; at++) sums[at] += value * kernels[k++];
        }
      }
    }
  }
}

/** Return to which output each input of a side contributes by one row or column of the kernel; -1: none. */
function reach(side, outSide, offset) {
  return Array.from({ length: side }, (_, i) => {
    const to = outSide > side ? 2 * i + offset - 1 : (i + 1 - offset) / 2;
    return Number.isInteger(to) && to >= 0 && to < outSide ? to : -1;
  });
}
