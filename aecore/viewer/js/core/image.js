// Digits and other pictures. `levels` are numbers of `colors`, one for each pixel, one digit after the
// other; of pictures in RGB they are red, green and blue of each pixel.

import { picture } from "./digit.js";

export const STRIP_GAP = 2; // transparent pixels between two digits of a strip

/** The colors of gray levels. */
export const GRAYS = colorsOf(Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));

/** Return a palette's rows of red, green and blue as pixels of four bytes. */
export function colorsOf(palette) {
  const bytes = new Uint8ClampedArray((palette.length / 3) * 4).fill(255);
  palette.forEach((value, i) => (bytes[4 * Math.floor(i / 3) + (i % 3)] = value));
  return new Uint32Array(bytes.buffer);
}

/** Draw digits on a canvas of just their size, in rows of `columns`. */
export function drawDigits(canvas, levels, colors, { columns = Infinity, gap = STRIP_GAP } = {}) {
  const { side, size } = picture;
  const count = levels.length / size;
  const wide = Math.min(columns, count);
  const step = side + gap;
  canvas.width = wide * step - gap;
  canvas.height = Math.ceil(count / wide) * step - gap;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  for (let digit = 0; digit < count; digit++) {
    const image = context.createImageData(picture.width, picture.height);
    paintLevels(image.data, levels.subarray(digit * size, (digit + 1) * size), colors);
    const { left, top } = inset();
    context.putImageData(image, (digit % wide) * step + left, Math.floor(digit / wide) * step + top);
  }
}

/** Write levels into as many RGBA pixels. */
function paintLevels(data, levels, colors) {
  const pixels = new Uint32Array(data.buffer);
  if (picture.channels === 1) for (let i = 0; i < levels.length; i++) pixels[i] = colors[levels[i]];
  else paintColors(data, levels, 1);
}

/** Write red, green and blue, each times a scale, into RGBA pixels. */
function paintColors(data, values, scale) {
  for (let i = 0, to = 0; i < values.length; data[to++] = 255) {
    for (let channel = 0; channel < 3; channel++) data[to++] = scale * values[i++];
  }
}

/** Return where a picture lies in its square. */
export const inset = () => ({
  left: Math.floor((picture.side - picture.width) / 2),
  top: Math.floor((picture.side - picture.height) / 2),
});

let easel = null; // a canvas for pictures that go on elsewhere at once

/** Return digits side by side on a canvas, which the next call draws over. */
export function toCanvas(levels, colors, gap = STRIP_GAP) {
  easel ??= document.createElement("canvas");
  drawDigits(easel, levels, colors, { gap });
  return easel;
}

/** Return digits side by side as the address of an image. */
export const toStrip = (levels, colors) => toCanvas(levels, colors).toDataURL();

/**
 * Let an image show part `i` of the `count` equal parts of a strip. Seventy pictures so are on the
 * screen in 9 ms; as an image each they take 32, as hundreds of canvases each a layer that every
 * frame of the page puts together.
 */
export function showPart(image, strip, i, count) {
  image.src = strip;
  image.style.objectPosition = `${count > 1 ? (100 * i) / (count - 1) : 0}% 0`;
}

/** @type {WeakMap<HTMLCanvasElement, { context: CanvasRenderingContext2D, image: ImageData }>} */
const brushes = new WeakMap();

/** Draw the values of a picture, 0 black and 1 white, clipped, on a square canvas of as many pixels. */
export function drawDigit(canvas, pixels) {
  const { width, height, side } = picture;
  let brush = brushes.get(canvas);
  if (!brush || brush.image.width !== width || brush.image.height !== height) {
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    brush = { context, image: context.createImageData(width, height) };
    brushes.set(canvas, brush);
  }
  paintGrays(brush.image.data, pixels);
  const { left, top } = inset();
  brush.context.putImageData(brush.image, left, top);
}

/** Return gray values as levels of 0..255, clipped and rounded. */
export const levelsOf = (values) => Uint8ClampedArray.from(values, (value) => 255 * value);

/** Write values of 0..1, gray or red, green and blue, into as many RGBA pixels. */
export function paintGrays(data, values) {
  if (values.length * 4 > data.length) {
    paintColors(data, values, 255);
    return;
  }
  for (let i = 0, to = 0; i < values.length; i++, to += 4) {
    data[to] = data[to + 1] = data[to + 2] = 255 * values[i]; // this array clamps and rounds
    data[to + 3] = 255;
  }
}
