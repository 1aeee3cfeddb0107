// The paper of the canvas, and the picture on it: a digit of white ink on black, or a picture of the data set.

import { picture } from "../../core/digit.js";
import { paintGrays } from "../../core/image.js";
import { PAPER, isInTwo, noArea, stampDigit, stampSegment, wholeArea } from "../../model/ink.js";
import { normalize } from "../../model/normalization.js";
import { resized } from "../../model/resampling.js";

/**
 * @typedef {"digit" | "dark" | "light"} Kind  What is drawn is framed as a digit of MNIST's; or it is resized as
 *   the pictures of the data set, which mostly are light on dark, or dark on light
 */

/** Make the paper on a canvas. */
export function makePaper(canvas) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(PAPER, PAPER);
  const ink = new Float32Array(PAPER * PAPER); // how much of each pixel the latest color covers
  /** @type {Kind} */
  let kind = "digit";
  let color = []; // of the ink: a value for each channel
  let below = new Float32Array(0); // what lies under it, channels of a pixel side by side
  let isEmpty = true;
  let changed = noArea();

  const ground = () => (kind === "light" ? 1 : 0);

  function clear() {
    ink.fill(0);
    below.fill(ground());
    isEmpty = true;
    changed = wholeArea();
  }

  /** Take a pen of a color: `#rrggbb` in RGB, and otherwise the one that shows on the paper. */
  function takePen(text) {
    const isColored = text && picture.channels === 3;
    const next = Array.from({ length: picture.channels }, (_, i) =>
      isColored ? parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16) / 255 : 1 - ground(),
    );
    if (next.join() === color.join()) return;
    below = valuesOf(0, ink.length).slice();
    ink.fill(0);
    color = next;
  }

  /** Return the values of some pixels, the channels of each side by side. */
  function valuesOf(from, to) {
    if (kind === "digit") return ink.subarray(from, to);
    const values = below.slice(from * picture.channels, to * picture.channels);
    for (let i = from, at = 0; i < to; i++) {
      for (let channel = 0; channel < color.length; channel++, at++) values[at] += ink[i] * (color[channel] - values[at]);
    }
    return values;
  }

  /** Lay a picture of the data set on the paper, as large as that. */
  function layPicture(values) {
    const { width, height, channels } = picture;
    ink.fill(0);
    for (let channel = 0; channel < channels; channel++) {
      const plane = { width, height, values: values.filter((_, i) => i % channels === channel) };
      const large = resized(plane, canvas.width, canvas.height);
      large.values.forEach((value, i) => {
        const at = Math.floor(i / large.width) * PAPER + (i % large.width);
        below[at * channels + channel] = value;
      });
    }
  }

  /** Return what is on the paper as a picture of the data set. */
  function shrunk() {
    const { width, height } = canvas;
    const { channels } = picture;
    const values = new Float32Array(picture.size);
    const planes = Array.from({ length: channels }, () => new Float32Array(width * height));
    for (let y = 0; y < height; y++) {
      valuesOf(y * PAPER, y * PAPER + width).forEach((value, i) => {
        planes[i % channels][y * width + Math.floor(i / channels)] = value;
      });
    }
    planes.forEach((plane, channel) => {
      const small = resized({ width, height, values: plane }, picture.width, picture.height);
      small.values.forEach((value, i) => (values[i * channels + channel] = value));
    });
    return values;
  }

  return {
    /**
     * Take another kind of paper, of the proportions of the data set's pictures; it is empty then.
     *
     * @param {Kind} next
     */
    follow(next) {
      kind = next;
      canvas.width = Math.round((PAPER * picture.width) / picture.side);
      canvas.height = Math.round((PAPER * picture.height) / picture.side);
      below = new Float32Array(kind === "digit" ? 0 : PAPER * PAPER * picture.channels);
      color = Array.from({ length: picture.channels }, () => 1 - ground());
      clear();
    },
    clear,
    /** Lay points of a stroke, or in its place the picture of a link. */
    lay({ points, levels, color: text }, from = 0, to = points?.length) {
      isEmpty = false;
      if (levels) {
        const values = fromText(levels);
        if (kind === "digit") stampDigit(ink, values);
        else layPicture(values);
        return;
      }
      if (kind !== "digit") takePen(text);
      for (let i = from; i < to; i++) stampSegment(ink, points[Math.max(i - 1, 0)], points[i], changed);
    },
    /** Paint what has changed. */
    paint() {
      const { left, top, right, bottom } = changed;
      for (let y = top; y < bottom; y++) {
        const [from, to] = [y * PAPER + left, y * PAPER + right];
        paintGrays(image.data.subarray(4 * from, 4 * to), valuesOf(from, to));
      }
      if (right > left) context.putImageData(image, 0, 0, left, top, right - left, bottom - top);
      changed = noArea();
    },
    /** Return the picture on the paper, values of 0..1 in steps of 1/255; null where there is none. */
    read() {
      if (kind === "digit") return normalize(ink, PAPER, PAPER);
      const values = isEmpty ? [] : shrunk();
      return values.some((value) => value > 0) ? values : null; // Python takes what is all black for empty
    },
    /** Tell whether there seem to be two digits side by side. */
    isInTwo: () => kind === "digit" && isInTwo(ink),
  };
}

/** Return a picture from its levels as text. */
export function fromText(text) {
  return Float32Array.from(atob(text), (each) => each.charCodeAt(0) / 255);
}

/** Return the levels of a picture, one byte each, in base 64. */
export function toText(values) {
  return btoa(Array.from(values, (value) => String.fromCharCode(Math.round(255 * value))).join(""));
}
