// Digits as pictures.

import { make, put } from "./dom.js";

export const DIGIT_SIDE = 28; // pixels
export const STRIP_GAP = 2;

/** The palette's rows of red, green and blue as pixels of four bytes. */
export function pixelsOf(palette) {
  const bytes = new Uint8ClampedArray((palette.length / 3) * 4).fill(255);
  palette.forEach((value, i) => (bytes[4 * Math.floor(i / 3) + (i % 3)] = value));
  return new Uint32Array(bytes.buffer);
}

const easel = document.createElement("canvas");

/** Digits side by side, 2 transparent pixels apart, as the address of an image. */
export function toStrip(levels, colors) {
  return toCanvas(levels, colors, STRIP_GAP).toDataURL();
}

/**
 * Let an image show part `i` of the `count` equal parts of a strip. Seventy pictures so are on the
 * screen in 9 ms; as an image each they take 32, as hundreds of canvases each a layer that every
 * frame of the page puts together.
 */
export function showPart(image, strip, i, count) {
  image.src = strip;
  image.style.objectPosition = `${count > 1 ? (100 * i) / (count - 1) : 0}% 0`;
}

/** Digits side by side on a canvas, until the next ones are drawn; levels are numbers of colors. */
function toCanvas(levels, colors, gap = 0) {
  const size = DIGIT_SIDE ** 2;
  const count = levels.length / size;
  easel.width = count * DIGIT_SIDE + (count - 1) * gap;
  easel.height = DIGIT_SIDE;
  const pen = easel.getContext("2d", { willReadFrequently: true });
  for (let digit = 0; digit < count; digit++) {
    const image = pen.createImageData(DIGIT_SIDE, DIGIT_SIDE);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < size; i++) pixels[i] = colors[levels[digit * size + i]];
    pen.putImageData(image, digit * (DIGIT_SIDE + gap), 0);
  }
  return easel;
}

/** The scale of signed pictures; `say(name, limit)` writes what its ends stand for. */
export function makeScale() {
  const [low, high] = [make("span"), make("span")];
  const label = "color scale: blue is negative, white is zero, red is positive";
  const bar = make("span", { class: "bar", role: "img", "aria-label": label });
  const say = (name, limit) => {
    put(low, { textContent: `${name} −${inShort(limit)}` });
    put(high, { textContent: `+${inShort(limit)}` });
  };
  return { scale: make("div", { class: "scale" }, low, bar, high), say };
}

export const SHEET = { zoom: 2, gap: 4, line: 18, margin: 12, font: "12px sans-serif" }; // sizes in pixels

/**
 * A white sheet for pictures that are saved, as a canvas; `lay(pen)` says how wide and how high its
 * content is, given a pen that can measure texts. The content begins at the margin.
 */
export function newSheet(lay) {
  const sheet = make("canvas");
  const pen = sheet.getContext("2d");
  pen.font = SHEET.font;
  const { width, height } = lay(pen);
  sheet.width = Math.ceil(width) + 2 * SHEET.margin;
  sheet.height = height + 2 * SHEET.margin;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = "#000";
  pen.font = SHEET.font;
  pen.imageSmoothingEnabled = false;
  pen.translate(SHEET.margin, SHEET.margin);
  return { sheet, pen };
}

/** Write a line of text whose top is at `y`; centered on `x` if it has a width to keep to. */
export function writeLine(pen, text, x, y, width = undefined) {
  pen.textAlign = width === undefined ? "left" : "center";
  pen.fillText(text, x, y + SHEET.line - 6, width);
}

/** Draw digits side by side, enlarged, with their upper left corner at a place. */
export function stampDigits(pen, levels, colors, x, y) {
  const picture = toCanvas(levels, colors, SHEET.gap / SHEET.zoom);
  pen.drawImage(picture, x, y, SHEET.zoom * picture.width, SHEET.zoom * picture.height);
}

/** The ends of a signed scale, in words. */
export const scaleInWords = (limit) => `blue −${inShort(limit)}, white 0, red +${inShort(limit)}`;

const inShort = (value) => String(Number(value.toPrecision(2)));

const brushes = new WeakMap(); // canvas -> {context, image}

/** Draw 784 gray values, 0 black and 1 white, clipped, on a canvas of 28 x 28 pixels. */
export function drawDigit(canvas, pixels) {
  let brush = brushes.get(canvas);
  if (!brush) {
    canvas.width = canvas.height = DIGIT_SIDE;
    const context = canvas.getContext("2d");
    brush = { context, image: context.createImageData(DIGIT_SIDE, DIGIT_SIDE) };
    brushes.set(canvas, brush);
  }
  paintInto(brush.image.data, DIGIT_SIDE, 0, 0, pixels);
  brush.context.putImageData(brush.image, 0, 0);
}

/** Write a digit into RGBA `data` of rows `width` pixels long, its corner at (left, top). */
export function paintInto(data, width, left, top, pixels) {
  for (let row = 0, from = 0; row < DIGIT_SIDE; row++) {
    let to = 4 * ((top + row) * width + left);
    for (let col = 0; col < DIGIT_SIDE; col++, to += 4) {
      data[to] = data[to + 1] = data[to + 2] = 255 * pixels[from++]; // this array clamps and rounds
      data[to + 3] = 255;
    }
  }
}
