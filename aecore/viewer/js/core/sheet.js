// White sheets of pictures, to be saved.

import { make, setProperties } from "./dom.js";
import { picture } from "./digit.js";
import { toCanvas } from "./image.js";
import { brief } from "./text.js";

/** Sizes in pixels. */
export const SHEET = {
  get zoom() {
    return Math.max(1, Math.round(56 / picture.side));
  },
  get digit() {
    return this.zoom * picture.side;
  },
  gap: 4,
  line: 18,
  margin: 12,
  font: "12px sans-serif",
};

/**
 * Make a sheet as a canvas; `measure(pen)` returns how wide and how high its content is, given a pen that
 * can measure texts. The content begins at the margin.
 *
 * @param {(pen: CanvasRenderingContext2D) => { width: number, height: number }} measure
 */
export function makeSheet(measure) {
  const sheet = make("canvas");
  const pen = sheet.getContext("2d");
  pen.font = SHEET.font;
  const { width, height } = measure(pen);
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

/** Return the width of the widest of some texts. */
export const widestOf = (pen, texts) => Math.max(...texts.map((text) => pen.measureText(text).width));

/** Write a line of text whose top is at `y`; centered on `x` if it has a width to keep to. */
export function writeLine(pen, text, x, y, width = undefined) {
  pen.textAlign = width === undefined ? "left" : "center";
  pen.fillText(text, x, y + SHEET.line - 6, width);
}

/** Draw digits side by side, enlarged, with their upper left corner at (x, y). */
export function stampDigits(pen, levels, colors, x, y) {
  const picture = toCanvas(levels, colors, SHEET.gap / SHEET.zoom);
  pen.drawImage(picture, x, y, SHEET.zoom * picture.width, SHEET.zoom * picture.height);
}

/** The colors of negative, zero and positive values; of RGB each channel has its own, and zero is gray. */
const signs = () => (picture.channels === 3 ? ["dark", "gray", "bright"] : ["blue", "white", "red"]);
const eachChannel = () => (picture.channels === 3 ? ", in each channel" : "");

/** Say what the colors of signed pictures stand for. */
export function scaleText(limit) {
  const [negative, zero, positive] = signs();
  return `${negative} −${brief(limit, 2)}, ${zero} 0, ${positive} +${brief(limit, 2)}${eachChannel()}`;
}

/** Make the color scale of signed pictures; `name(text, limit)` writes what its ends stand for. */
export function makeScale() {
  const [low, high] = [make("span"), make("span")];
  const bar = make("span", { class: "bar", role: "img" });
  return {
    element: make("div", { class: "scale" }, low, bar, high),
    name(text, limit) {
      const [negative, zero, positive] = signs();
      const label = `color scale: ${negative} is negative, ${zero} is zero, ${positive} is positive${eachChannel()}`;
      bar.setAttribute("aria-label", label);
      bar.classList.toggle("channels", picture.channels === 3);
      setProperties(low, { textContent: `${text} −${brief(limit, 2)}` });
      setProperties(high, { textContent: `+${brief(limit, 2)}${eachChannel()}` });
    },
  };
}
