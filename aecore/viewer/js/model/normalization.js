// Ink on paper, and the digit like MNIST's that it becomes. Numbers alone, no drawing by the
// browser, whose smoothing differs from one to the next.

import { DIGIT_SIDE } from "../core/image.js";

export const PAPER = 392; // side of the paper in pixels

// As in aecore.framing, which says what they are.
const BOX = 20;
const FINE = 4;
const PENS = [1.8, 4.3];
const PEN = 2.65;
const REACH = 6;

// --- strokes to ink -----------------------------------------------------------------------------

/**
 * Lay a piece of a stroke on `ink` (PAPER x PAPER, 0..1): a disc of radius r0 at (x0, y0), one of
 * radius r1 at (x1, y1), and all between. Where ink lies already, the darker stays. `area`
 * {left, top, right, bottom} grows to hold what has changed.
 */
export function stampSegment(ink, [x0, y0, r0], [x1, y1, r1], area) {
  const widest = Math.max(r0, r1) + 1;
  const left = Math.max(Math.floor(Math.min(x0, x1) - widest), 0);
  const right = Math.min(Math.ceil(Math.max(x0, x1) + widest), PAPER);
  const top = Math.max(Math.floor(Math.min(y0, y1) - widest), 0);
  const bottom = Math.min(Math.ceil(Math.max(y0, y1) + widest), PAPER);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy || 1;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
      const gap = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const cover = r0 + along * (r1 - r0) - gap + 0.5; // of the pixel, for an edge across it
      const at = y * PAPER + x;
      if (cover > ink[at]) ink[at] = cover < 1 ? cover : 1;
    }
  }
  area.left = Math.min(area.left, left);
  area.top = Math.min(area.top, top);
  area.right = Math.max(area.right, right);
  area.bottom = Math.max(area.bottom, bottom);
}

/** No area yet, for `stampSegment` to grow. */
export function noArea() {
  return { left: PAPER, top: PAPER, right: 0, bottom: 0 };
}

/** Whether ink lies side by side with an empty strip between, as that of two digits does. */
export function isInTwo(ink) {
  const inked = new Uint8Array(PAPER);
  for (let at = 0; at < ink.length; at++) if (ink[at] > 0) inked[at % PAPER] = 1;
  return /10{12,}1/.test(inked.join(""));
}

// --- ink to a digit -----------------------------------------------------------------------------

/**
 * The digit (784 values in 0..1, in steps of 1/255) of ink (height rows of width values in 0..1),
 * or null if there is none: framing.fit of Python, whose words explain each step.
 */
export function normalize(ink, width, height) {
  let crop = cropped({ width, height, values: ink });
  if (!crop) return null;
  const fine = even(scaled(crop, FINE * BOX));
  const pen = penWidth(fine) / FINE;
  if (pen < PENS[0] || pen > PENS[1]) crop = cropped(moved(fine, reachOf(pen, PEN))) ?? crop;
  const box = scaled(crop, BOX);
  const white = highest(box.values);
  return centered(mapped(box, (value) => value / white)).map((value) => Math.round(255 * value) / 255);
}

// Pictures are {width, height, values}, row by row; single precision would do, but not agree.

function pictureOf(width, height) {
  return { width, height, values: new Float64Array(width * height) };
}

function mapped({ width, height, values }, change) {
  return { width, height, values: values.map(change) };
}

function highest(values) {
  let found = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > found) found = values[i];
  return found;
}

/** The part of a picture that is not 0, found from the edges inwards; null if all is. */
function cropped({ width, height, values }) {
  const inked = (y) => {
    for (let at = y * width, end = at + width; at < end; at++) if (values[at] > 0) return true;
    return false;
  };
  let top = 0;
  while (top < height && !inked(top)) top++;
  if (top === height) return null;
  let bottom = height - 1;
  while (!inked(bottom)) bottom--;
  let [left, right] = [width, -1];
  for (let y = top; y <= bottom; y++) {
    for (let x = 0; x < left; x++) if (values[y * width + x] > 0) left = x;
    for (let x = width - 1; x > right; x--) if (values[y * width + x] > 0) right = x;
  }
  const part = pictureOf(right - left + 1, bottom - top + 1);
  for (let y = 0; y < part.height; y++) {
    const from = (top + y) * width + left;
    part.values.set(values.subarray(from, from + part.width), y * part.width);
  }
  return part;
}

function even(picture) {
  let [sum, squares] = [0, 0];
  for (const value of picture.values) {
    sum += value;
    squares += value * value;
  }
  return mapped(picture, (value) => Math.min((value * sum) / squares, 1));
}

function penWidth({ width, height, values }) {
  const value = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x]);
  let [sum, edge] = [0, 0];
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const here = value(x, y);
      sum += here;
      edge += Math.sqrt((value(x, y + 1) - here) ** 2 + (value(x + 1, y) - here) ** 2);
    }
  }
  return (2 * sum) / edge;
}

function reachOf(pen, wanted) {
  const reach = (FINE * BOX * (wanted - pen)) / (2 * (BOX - wanted));
  return Math.min(Math.max(reach, -REACH), REACH);
}

export function moved(picture, reach) {
  if (reach >= 0) return grown(padded(picture, Math.ceil(reach) + 1, 0), reach, 0);
  const inverse = mapped(padded(picture, 1, 0), (value) => 1 - value);
  return mapped(grown(inverse, -reach, 1), (value) => 1 - value);
}

function padded({ width, height, values }, margin, outside) {
  const wide = pictureOf(width + 2 * margin, height + 2 * margin);
  wide.values.fill(outside);
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    wide.values.set(row, (y + margin) * wide.width + margin);
  }
  return wide;
}

function grown(picture, reach, outside) {
  const { width, height } = picture;
  const far = Math.ceil(reach);
  const around = padded(picture, far, outside);
  const result = pictureOf(width, height);
  for (let down = -far; down <= far; down++) {
    for (let across = -far; across <= far; across++) {
      const weight = Math.min(reach + 0.5 - Math.hypot(down, across), 1);
      if (weight <= 0) continue;
      for (let y = 0, to = 0; y < height; y++) {
        let from = (far + down + y) * around.width + far + across;
        for (let x = 0; x < width; x++, to++, from++) {
          const there = weight * around.values[from];
          if (there > result.values[to]) result.values[to] = there;
        }
      }
    }
  }
  return result;
}

/**
 * The longer side becomes `side` pixels long: first each column, then each row. In the large picture
 * no sum waits for the one before it.
 */
function scaled({ width, height, values }, side) {
  const length = (before) => Math.max(1, nearest((before * side) / Math.max(width, height)));
  const low = pictureOf(width, length(height));
  const sums = low.values;
  weightsOf(height, low.height).forEach(({ first, weights }, y) => {
    for (let i = 0, from = first * width; i < weights.length; i++) {
      const weight = weights[i];
      for (let to = y * width, end = to + width; to < end; to++, from++) sums[to] += values[from] * weight;
    }
  });
  const small = pictureOf(length(width), low.height);
  const across = weightsOf(width, small.width);
  for (let y = 0, to = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++, to++) {
      const { first, weights } = across[x];
      let sum = 0;
      for (let i = 0, at = y * width + first; i < weights.length; i++, at++) sum += sums[at] * weights[i];
      small.values[to] = Math.min(Math.max(sum, 0), 1);
    }
  }
  return small;
}

/** For each of `after` pixels the first of the `before` that it takes from, and their weights. */
function weightsOf(before, after) {
  const ratio = before / after;
  const stretch = Math.max(ratio, 1);
  return Array.from({ length: after }, (_, i) => {
    const middle = (i + 0.5) * ratio;
    const first = Math.max(Math.ceil(middle - 2 * stretch - 0.5), 0);
    const last = Math.min(Math.floor(middle + 2 * stretch - 0.5), before - 1);
    const weights = new Float64Array(last - first + 1);
    for (let k = 0; k < weights.length; k++) weights[k] = cubic((first + k + 0.5 - middle) / stretch);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** The kernel of cubic convolution with a = -1/2. */
function cubic(x) {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

function centered({ width, height, values }) {
  let [mass, across, down] = [0, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      mass += values[at];
      across += x * values[at];
      down += y * values[at];
    }
  }
  const start = (moment, length) =>
    Math.min(Math.max(nearest(DIGIT_SIDE / 2 - moment / mass), 0), DIGIT_SIDE - length);
  const [left, top] = [start(across, width), start(down, height)];
  const digit = new Float32Array(DIGIT_SIDE * DIGIT_SIDE);
  for (let y = 0; y < height; y++) {
    digit.set(values.subarray(y * width, (y + 1) * width), (top + y) * DIGIT_SIDE + left);
  }
  return digit;
}

/** Halves go up, and so does what rounding errors leave of them. */
export function nearest(value) {
  return Math.floor(value + 0.5 + 1e-6);
}
