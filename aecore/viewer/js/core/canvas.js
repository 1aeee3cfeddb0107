// Drawing on canvases that are as large as their place on the page.

import { classOf, picture } from "./digit.js";
import { movedApart } from "./geometry.js";

const NUMERAL_GAP = 17; // px between the middles of two numerals

/**
 * Give a canvas as many pixels as its place has on the screen, and return its size in px of the page.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} [mostPixels]  A px of the page, at most
 */
export function fitCanvas(canvas, mostPixels = Infinity) {
  const ratio = Math.min(globalThis.devicePixelRatio || 1, mostPixels);
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height };
}

/**
 * Write numerals or names of classes, readable on dots of any color, side by side where they would overlap; of
 * pictures without labels nothing.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {{ label: number, place: number[], color: string }[]} marks  With their places, px
 */
export function writeNumerals(context, marks) {
  if (!picture.isLabeled) return;
  Object.assign(context, { font: "700 15px sans-serif", textAlign: "center", textBaseline: "middle", lineJoin: "round" });
  movedApart(marks.map(({ place }) => place), NUMERAL_GAP).forEach(([x, y], i) => {
    const { label, color } = marks[i];
    for (const [lineWidth, strokeStyle] of [[6, color], [3.5, "#fff"]]) {
      Object.assign(context, { lineWidth, strokeStyle });
      context.strokeText(classOf(label), x, y);
    }
    context.fillStyle = "#222";
    context.fillText(classOf(label), x, y);
  });
}

/** Draw a line along some points. */
export function drawLine(context, points, style) {
  Object.assign(context, style);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/** Return a color, "#rrggbb", as a pixel of four bytes. */
export function pixelOf(color, opacity) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255 * opacity).buffer)[0];
}
