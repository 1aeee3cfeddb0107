// What the charts have in common: their SVG, texts in it, axes.

import { make, makeSvg } from "../../core/dom.js";

const FONT = 12;
const MARGIN = 12; // px around a chart that is saved
const HEAD = 36; // px for its title
const SCALE = 3; // of a chart that is saved
let ruler = null; // a canvas to measure texts on

/** Make a chart's drawing, and what writes texts into it. */
export function makeDrawing(alt) {
  const attributes = { role: "img", "aria-label": alt, "font-size": FONT, "font-family": "sans-serif" };
  return drawOn(makeSvg("svg", attributes));
}

/** Begin a drawing anew: return it with what writes texts into it, centered if nothing else is said. */
export function drawOn(svg) {
  svg.setAttribute("fill", "currentColor");
  svg.replaceChildren();
  const write = (text, attributes) => svg.append(makeSvg("text", { "text-anchor": "middle", ...attributes }, String(text)));
  return { svg, write };
}

/** Return the width of a text, px. */
export function widthOf(text) {
  ruler ??= make("canvas").getContext("2d");
  ruler.font = `${FONT}px sans-serif`;
  return ruler.measureText(text).width;
}

/** Return as much of a text as there is room for, in pixels. */
export function shortened(text, room) {
  if (widthOf(text) <= room) return text;
  let end = text.length;
  while (end > 1 && widthOf(`${text.slice(0, end)}…`) > room) end--;
  return `${text.slice(0, end)}…`;
}

/** Draw the lines and numbers of a y axis from its [value, text] marks. */
export function drawYAxis({ svg, write }, marks, { left, right, y }) {
  for (const [value, text] of marks) {
    const line = { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value), stroke: "currentColor" };
    svg.append(makeSvg("line", { ...line, "stroke-opacity": value === 0 ? 0.6 : 0.15 }));
    write(text, { x: left - 5, y: y(value) + 4, "text-anchor": "end" });
  }
}

/** Write the names of the axes below and beside their middles, and the [place, text] marks of the x axis.
 * Of names of classes there is as much as their `slot` has room for. */
export function nameAxes({ write }, { x_name, y_name }, xMarks, { left, right, top, bottom, foot = 36, slot = Infinity }) {
  const middle = (top + bottom) / 2;
  for (const [x, text] of xMarks) write(slot < Infinity ? shortened(text, slot - 2) : text, { x, y: bottom + 16 });
  write(x_name, { x: (left + right) / 2, y: bottom + foot });
  write(y_name, { x: 11, y: middle, transform: `rotate(-90 11 ${middle})` });
}

/** Return the top and the height of a bar from 0 to a value. */
export function barSpan(value, y) {
  const top = Math.min(y(0), y(value));
  return { y: top, height: Math.max(y(0), y(value)) - top };
}

/** Return a chart under its title on a canvas, black on white, enlarged. */
export async function toCanvas(svg, title) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.viewBox.baseVal;
  for (const [name, value] of Object.entries({ width, height, color: "#000" })) copy.setAttribute(name, value);
  const picture = new Image();
  picture.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  const canvas = make("canvas");
  canvas.width = SCALE * (width + 2 * MARGIN);
  canvas.height = SCALE * (height + HEAD + MARGIN);
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  context.font = `bold ${FONT + 1}px sans-serif`;
  context.fillText(title, MARGIN, HEAD - 12, width);
  context.drawImage(picture, MARGIN, HEAD, width, height);
  return canvas;
}
