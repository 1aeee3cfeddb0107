// What the live pages share: reading what Python sends, decoding, the distance to the map,
// drawing, one update a frame, and clean-up. A page's own script follows in the same module.

const SIDE = 28;
const NEIGHBOR = 10; // which neighbor's distance counts; MapDistance's k
const MODELS_KEPT = 12;

/** Trained models of this tab by their checkpoint's hash, the one used last at the end. */
const models = (globalThis.__aecoreModels ??= new Map());

/** What tests and benchmarks read; the pages themselves never do. */
const meter = (globalThis.__aecoreLive ??= {
  received: 0, // messages that carried weights
  decodes: 0,
  frames: 0, // drawn because of an event
  waits: [], // ms from the frame's first event, by its own clock, until the frame was committed
  works: [], // ms from that event's handler until the frame was committed
  listeners: 0,
  instances: 0,
  lastZ: null,
  lastDistance: null, // what mapDistance found
  lastDigit: new Float32Array(SIDE * SIDE), // drawn by the visitor
  lastPixels: new Float32Array(SIDE * SIDE),
});
const WAITS_KEPT = 4096;

// --- what Python sends --------------------------------------------------------------------------

/**
 * Read a message: {header, model}. Arrays that came along are kept for later messages, which only
 * name the model by its hash; `model` is undefined if this tab does not hold it.
 */
function receive(bytes) {
  const { header, arrays } = unpack(bytes);
  let model = models.get(header.hash);
  if (header.sections) {
    meter.received += 1;
    model ??= makeModel(header, arrays);
  }
  if (model) {
    models.delete(header.hash);
    models.set(header.hash, model);
    for (const oldest of models.keys()) {
      if (models.size <= MODELS_KEPT) break;
      models.delete(oldest);
    }
  }
  return { header, model };
}

/**
 * A decoder with its atlas: layers, codes (N x D, row by row), labels, ownDistances (ascending),
 * mean (D) and axes (K x D), the principal axes of the codes.
 */
function makeModel(header, arrays) {
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
function encode(model, pixels) {
  return forward(model.encoder, pixels).subarray(0, model.dim);
}

/**
 * The digit (784 values, of a linear output not clipped) of a code z (D). The array belongs to the
 * model and is overwritten by the next call: nothing is allocated.
 */
function decode(model, z) {
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

/** Decode, draw on each canvas and note both for tests. */
function show(model, z, ...canvases) {
  const pixels = decode(model, z);
  for (const canvas of canvases) drawDigit(canvas, pixels);
  meter.lastZ = Array.from(z);
  meter.lastPixels.set(pixels);
  return pixels;
}

// --- distance to the map ------------------------------------------------------------------------

const nearestSquares = new Float64Array(NEIGHBOR);
const nearestRows = new Int32Array(NEIGHBOR);

/**
 * How far a code z lies from the data, as MapDistance says it in Python:
 * {distance10, percentile, nearestIndex, nearestLabel}.
 */
function mapDistance(model, z) {
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
function countBelow(values, value) {
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
function codeOf(model, number) {
  return model.codes.slice(number * model.dim, (number + 1) * model.dim);
}

/** mean + values[0] * axis 1 + values[1] * axis 2 + ..., written into `z` (D). */
function alongAxes(model, values, z) {
  z.set(model.mean);
  for (let k = 0; k < values.length; k++) {
    for (let i = 0; i < model.dim; i++) z[i] += values[k] * model.axes[k * model.dim + i];
  }
  return z;
}

/** Coordinate of a code z along principal axis k (from 0), the mean at 0. */
function axisValue(model, z, k) {
  let sum = 0;
  for (let i = 0; i < model.dim; i++) sum += (z[i] - model.mean[i]) * model.axes[k * model.dim + i];
  return sum;
}

// --- drawing ------------------------------------------------------------------------------------

const brushes = new WeakMap(); // canvas -> {context, image}

/** Draw 784 gray values, 0 black and 1 white, clipped, on a canvas of 28 x 28 pixels. */
function drawDigit(canvas, pixels) {
  let brush = brushes.get(canvas);
  if (!brush) {
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    brush = { context, image: context.createImageData(SIDE, SIDE) };
    brushes.set(canvas, brush);
  }
  paintInto(brush.image.data, SIDE, 0, 0, pixels);
  brush.context.putImageData(brush.image, 0, 0);
}

/** Write a digit into RGBA `data` of rows `width` pixels long, its corner at (left, top). */
function paintInto(data, width, left, top, pixels) {
  for (let row = 0, from = 0; row < SIDE; row++) {
    let to = 4 * ((top + row) * width + left);
    for (let col = 0; col < SIDE; col++, to += 4) {
      data[to] = data[to + 1] = data[to + 2] = 255 * pixels[from++]; // this array clamps and rounds
      data[to + 3] = 255;
    }
  }
}

// --- one update a frame -------------------------------------------------------------------------

const afterPaint = new MessageChannel(); // a message sent while drawing comes after the commit
const pending = [];
afterPaint.port1.onmessage = () => {
  const now = performance.now();
  for (const { since, handled } of pending.splice(0)) {
    if (meter.waits.length >= WAITS_KEPT) meter.waits.length = meter.works.length = 0;
    meter.waits.push(now - since);
    meter.works.push(now - handled);
  }
};

/** However often `request(event)` is called, `draw` runs once, in the next animation frame. */
function makeLoop(draw) {
  let frame = 0;
  let first = null; // the first event that the coming frame answers
  function run() {
    frame = 0;
    const answered = first;
    first = null;
    draw();
    if (answered) {
      meter.frames += 1;
      pending.push(answered);
      afterPaint.port2.postMessage(0);
    }
  }
  return {
    request(event) {
      if (event) first ??= { since: event.timeStamp, handled: performance.now() };
      frame ||= requestAnimationFrame(run);
    },
    cancel() {
      cancelAnimationFrame(frame);
      frame = 0;
      first = null;
    },
  };
}

// --- life of an element -------------------------------------------------------------------------

/** Listeners and other things to undo, all undone by one `dispose`. */
function makeScope() {
  const controller = new AbortController();
  const undo = [];
  return {
    listen(target, type, handler, options = {}) {
      target.addEventListener(type, handler, { ...options, signal: controller.signal });
      meter.listeners += 1;
      undo.push(() => (meter.listeners -= 1));
    },
    /** A Plotly chart has its own way to listen. */
    listenChart(chart, type, handler) {
      chart.on(type, handler);
      meter.listeners += 1;
      undo.push(() => {
        chart.removeListener?.(type, handler);
        meter.listeners -= 1;
      });
    },
    onDispose: (action) => undo.push(action),
    dispose() {
      controller.abort();
      for (const action of undo.splice(0).reverse()) action();
    },
  };
}

const instances = new WeakMap(); // parent element -> instance

/**
 * What a page's default export calls and returns. Streamlit calls that export on every change of
 * data or theme, and of the clean-ups it returns only the last, or those of calls that came too
 * late; so each parent element has one instance, and only its latest call's clean-up ends it.
 *
 * `create(parentElement, send)` makes {update(header, model), dispose()}, where send(name, value)
 * tells Python something and thereby reruns the script.
 */
function live(component, create) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { calls: 0, component, asked: null };
    instance.page = create(parentElement, (name, value) =>
      instance.component.setTriggerValue(name, value),
    );
    instances.set(parentElement, instance);
    meter.instances += 1;
  }
  instance.component = component;
  const call = ++instance.calls;
  const { header, model } = receive(data);
  if (model) {
    instance.page.update(header, model);
  } else if (instance.asked !== data) {
    instance.asked = data; // the same message can come again, with another theme
    component.setTriggerValue("need", header.hash);
  }
  return () => {
    if (instance.calls !== call || instances.get(parentElement) !== instance) return;
    instances.delete(parentElement);
    meter.instances -= 1;
    instance.page.dispose();
  };
}
