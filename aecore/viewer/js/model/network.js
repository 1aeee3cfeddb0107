// What the live pages share: reading what Python sends, decoding, the distance to the map,
// drawing, one update a frame, and clean-up. A page's own script follows in the same module.

import { meter } from "../core/meter.js";

/**
 * A decoder with its atlas: layers, codes (N x D, row by row), labels, ownDistances (ascending),
 * mean (D) and axes (K x D), the principal axes of the codes.
 */
export function makeModel(header, arrays) {
  for (const { name, dtype } of header.sections) {
    if (dtype === "float16") arrays[name] = fromHalf(arrays[name]);
  }
  const layers = layersOf(arrays, "");
  const dim = layers[0].cols;
  return {
    hash: header.hash,
    variational: header.variational,
    logistic: header.logistic,
    dim,
    count: arrays.labels.length,
    layers,
    encoder: layersOf(arrays, "encoder_"), // none, unless the page encodes
    input: new Float32Array(dim),
    codes: arrays.codes,
    labels: arrays.labels,
    ownDistances: arrays.own_distances,
    ownErrors: arrays.own_errors, // none, unless the page encodes
    mean: arrays.mean,
    axes: arrays.axes,
  };
}

/** The layers whose arrays are called `<prefix>columns0`, `<prefix>bias0`, ..., the input's side first. */
function layersOf(arrays, prefix) {
  const layers = [];
  for (let i = 0; arrays[`${prefix}columns${i}`]; i++) {
    const columns = arrays[`${prefix}columns${i}`];
    const bias = arrays[`${prefix}bias${i}`];
    const rows = bias.length;
    const cols = columns.length / rows;
    layers.push({
      rows,
      cols,
      columns, // of the weight matrix, one after the other
      bias,
      lit: new Int32Array(cols), // room for the inputs that are not 0
      sums: new Float64Array(rows),
      out: new Float32Array(rows),
    });
  }
  return layers;
}

/** IEEE 754 half precision, as raw bits, to single precision. */
function fromHalf(bits) {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const exponent = (bits[i] >> 10) & 31;
    const fraction = bits[i] & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14;
    values[i] = bits[i] & 0x8000 ? -size : size;
  }
  return values;
}

// --- encoding and decoding ----------------------------------------------------------------------

/**
 * The code (D) of a digit (784 values in 0..1). A variational encoder gives means and variances:
 * the first D values are the means. Overwritten by the next call, as that of `decode`.
 */
export function encode(model, pixels) {
  return forward(model.encoder, pixels).subarray(0, model.dim);
}

/**
 * The digit (784 values, of a linear output not clipped) of a code z (D). The array belongs to the
 * model and is overwritten by the next call: nothing is allocated.
 */
export function decode(model, z) {
  model.input.set(z);
  const pixels = forward(model.layers, model.input);
  if (model.logistic) for (let i = 0; i < pixels.length; i++) pixels[i] = 1 / (1 + Math.exp(-pixels[i]));
  meter.decodes += 1;
  return pixels;
}

/** What layers make of an input, ReLU between them and none at the end. */
function forward(layers, input) {
  const last = layers.length - 1;
  for (let depth = 0; depth <= last; depth++) {
    multiply(layers[depth], input, depth < last);
    input = layers[depth].out;
  }
  return input;
}

/**
 * layer.out = weight @ input + bias, then ReLU if `rectify`. Four fifths of a digit's pixels are 0, and
 * many hidden units: their columns are left out. The others are added four at a time, so that the
 * sums are fetched less often.
 */
function multiply({ rows, cols, columns, bias, lit, sums, out }, input, rectify) {
  let count = 0;
  for (let col = 0; col < cols; col++) if (input[col] !== 0) lit[count++] = col;
  sums.set(bias);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const [p, q, r, s] = [lit[i], lit[i + 1], lit[i + 2], lit[i + 3]];
    const [x, y, z, w] = [input[p], input[q], input[r], input[s]];
    for (let row = 0, a = p * rows, b = q * rows, c = r * rows, d = s * rows; row < rows; row++) {
      sums[row] += x * columns[a++] + y * columns[b++] + (z * columns[c++] + w * columns[d++]);
    }
  }
  for (; i < count; i++) {
    const x = input[lit[i]];
    for (let row = 0, at = lit[i] * rows; row < rows; row++) sums[row] += x * columns[at++];
  }
  for (let row = 0; row < rows; row++) out[row] = rectify && sums[row] < 0 ? 0 : sums[row];
}
