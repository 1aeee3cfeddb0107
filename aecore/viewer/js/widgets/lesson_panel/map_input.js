// Predictions of a point and of an outline, on a small map of the test digits' codes.

import { medianOf } from "../../core/axes.js";
import { CHOSEN, MEASURED } from "../../core/colors.js";
import { build, make, makeSvg } from "../../core/dom.js";
import { simplified } from "../../core/geometry.js";
import { fixed } from "../../core/text.js";
import { makeLegend } from "../scatter/legend.js";
import { makeScatter } from "../scatter/scatter.js";

const MOST_CORNERS = 60;
const NEAR = 4; // px that a stroke may wander before it is an outline
const FINE = 2; // px between two places of a stroke, at least
const KEY_STEP = 0.02; // of the map, by an arrow key; with Shift, five times as far
const JPEG_QUALITY = 0.8; // of the saved picture
const HINTS = {
  point: "Click the map, or move the cross with the arrow keys (Shift: faster).",
  outline: "Draw around them in one stroke. By keyboard: move the cross with the arrow keys (Shift: faster), set corners with Enter, remove them with Backspace.",
};
const VIEW = `
<div class="predict-map">
  <div ref="legend"></div>
  <div ref="frame" class="frame" tabindex="0" role="application">
    <canvas ref="canvas" class="layer" role="img"></canvas>
    <svg ref="marks" class="layer" aria-hidden="true"></svg>
  </div>
  <p ref="status" class="hint" aria-live="polite"></p>
  <p ref="key" class="key hint"></p>
</div>`;

export function makeMapInput({ prediction, host, scope, onChange, data }) {
  const isOutline = prediction.kind === "outline";
  const view = build(VIEW);
  const scatter = makeScatter(view.canvas, host);
  const { points, labels, colors, axes } = data;
  const classes = [...new Set(/** @type {Uint8Array} */ (labels))].sort((a, b) => a - b);
  const order = Uint32Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b]);
  const rowsOf = (label) => [...order].filter((row) => labels[row] === label);
  const numerals = classes.map((label) => [label, [0, 1].map((axis) => medianOf(rowsOf(label).map((row) => points[2 * row + axis])))]);
  let hidden = new Set();
  let value = null; // [x, y] or [[x, y], ...] in the latent space
  let corners = []; // of an outline that the keyboard draws
  let cursor = null; // [x, y] in the latent space
  let stroke = null; // px, while the pointer draws
  let answer = null;

  const label = isOutline ? "Map of the test digits: draw an outline" : "Map of the test digits: put a point";
  view.frame.setAttribute("aria-label", `${label}. ${HINTS[prediction.kind]}`);
  view.canvas.setAttribute("aria-label", "The codes of the test digits, colored by class");
  const legend = makeLegend(view.legend, scope, { hide, point() {} });

  function hide(next) {
    hidden = next;
    scatter.hide((row) => hidden.has(labels[row]));
    paint();
  }

  function paint() {
    if (!view.canvas.clientWidth) return;
    scatter.draw({ labels, colors }, order, null, null, null, numerals.filter(([each]) => !hidden.has(each)));
    mark();
  }

  const toPixels = ([x, y]) => {
    const { left, top, width, height, x0, x1, y0, y1 } = scatter.area();
    return [left + ((x - x0) / (x1 - x0)) * width, top + ((y1 - y) / (y1 - y0)) * height];
  };
  /** @param {number[]} place */
  const toCode = ([px, py]) => {
    const { left, top, width, height, x0, x1, y0, y1 } = scatter.area();
    const code = [x0 + ((px - left) / width) * (x1 - x0), y1 - ((py - top) / height) * (y1 - y0)];
    return code.map((each) => Number(each.toPrecision(5)));
  };

  function path(codes, color, dash = "") {
    const d = codes.map((code, i) => `${i ? "L" : "M"}${toPixels(code).map((each) => each.toFixed(1)).join(" ")}`).join("");
    view.marks.append(makeSvg("path", { d: dash ? d : `${d}Z`, fill: dash ? "none" : color, "fill-opacity": 0.12, stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash }));
  }

  function dot(code, color) {
    const [cx, cy] = toPixels(code);
    view.marks.append(makeSvg("circle", { cx, cy, r: 8, fill: "none", stroke: "#fff", "stroke-width": 5 }));
    view.marks.append(makeSvg("circle", { cx, cy, r: 8, fill: "none", stroke: color, "stroke-width": 3 }));
  }

  function mark() {
    view.marks.replaceChildren();
    if (!view.canvas.clientWidth) return;
    if (isOutline && answer?.value?.length) path(answer.value, MEASURED);
    if (!isOutline && answer?.value) dot(answer.value, MEASURED);
    if (isOutline && stroke) path(stroke.map(toCode), CHOSEN, "4 3");
    else if (isOutline && corners.length) path([...corners, cursor], CHOSEN, "4 3");
    else if (isOutline && value) path(value, CHOSEN);
    else if (value) dot(value, CHOSEN);
    if (cursor) {
      const [x, y] = toPixels(cursor);
      view.marks.append(makeSvg("path", { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18`, stroke: "currentColor", "stroke-width": 1.5 }));
    }
    const swatch = (color, text) => [make("span", { class: "swatch", style: `background:${color}` }), text];
    view.key.replaceChildren(...(answer?.value ? [...swatch(CHOSEN, "yours "), ...swatch(MEASURED, "measured")] : []));
  }

  function say() {
    const where = (code) => `(${fixed(code[0])}, ${fixed(code[1])})`;
    if (!isOutline) view.status.textContent = value ? `Your point: ${where(value)}` : HINTS.point;
    else if (corners.length) view.status.textContent = `${corners.length} corner${corners.length > 1 ? "s" : ""}; the cross is at ${where(cursor)}.`;
    else view.status.textContent = value ? `Your outline has ${value.length} corners. Draw again to change it.` : HINTS.outline;
  }

  function take(next) {
    value = next;
    mark();
    say();
    onChange();
  }

  const placeOf = (event) => {
    const box = view.frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  view.frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    view.frame.setPointerCapture(event.pointerId);
    corners = [];
    cursor = null;
    stroke = [placeOf(event)];
    if (!isOutline) take(toCode(stroke[0]));
  });
  view.frame.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [[x, y], [lastX, lastY]] = [placeOf(event), stroke.at(-1)];
    if (Math.hypot(x - lastX, y - lastY) < FINE) return;
    stroke.push([x, y]);
    if (isOutline) mark();
    else take(toCode(stroke.at(-1)));
  });
  view.frame.addEventListener("pointerup", () => {
    const drawn = stroke;
    stroke = null;
    if (!isOutline || !drawn) return;
    const isLong = drawn.some(([x, y]) => Math.hypot(x - drawn[0][0], y - drawn[0][1]) > NEAR);
    if (isLong && drawn.length > 2) take(simplified(drawn, MOST_CORNERS).map(toCode));
    else mark();
  });
  view.frame.addEventListener("pointercancel", () => {
    stroke = null;
    mark();
  });
  view.frame.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const { x0, x1, y0, y1 } = scatter.area();
    if (event.key in moves) {
      event.preventDefault();
      const far = KEY_STEP * (event.shiftKey ? 5 : 1);
      cursor ??= !isOutline && value ? value : [(x0 + x1) / 2, (y0 + y1) / 2];
      const [right, up] = moves[event.key];
      cursor = [Math.min(Math.max(cursor[0] + right * far * (x1 - x0), x0), x1), Math.min(Math.max(cursor[1] + up * far * (y1 - y0), y0), y1)].map((each) => Number(each.toPrecision(5)));
      if (!isOutline) return take(cursor);
    } else if (event.key === "Enter" && isOutline && cursor) {
      event.preventDefault();
      corners.push(cursor);
      if (corners.length > 2) value = [...corners];
      onChange();
    } else if (event.key === "Backspace" && isOutline) {
      event.preventDefault();
      corners.pop();
      value = corners.length > 2 ? [...corners] : null;
      onChange();
    } else return;
    mark();
    say();
  });

  scope.watchSize(view.frame, () => {
    if (!view.canvas.clientWidth) return;
    scatter.fit();
    scatter.set(points, axes);
    paint();
  });
  legend.show(classes, colors, new Set());
  say();
  return {
    element: view.root,
    value: () => value,
    set(next) {
      if (!Array.isArray(next)) return;
      value = next;
      say();
      if (scatter.ranges()) mark();
    },
    show(next) {
      answer = next;
      [corners, cursor] = [[], null];
      if (scatter.ranges()) mark();
    },
    /** Return the map with its marks as a data URL. */
    async picture() {
      const { width, height } = view.canvas;
      const sheet = make("canvas", { width, height });
      const context = sheet.getContext("2d");
      Object.assign(context, { fillStyle: host.theme().background });
      context.fillRect(0, 0, width, height);
      context.drawImage(view.canvas, 0, 0);
      const svg = /** @type {SVGElement} */ (view.marks.cloneNode(true));
      const size = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${view.canvas.clientWidth} ${view.canvas.clientHeight}` };
      for (const [name, each] of Object.entries(size)) svg.setAttribute(name, String(each));
      const image = make("img", { src: `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}` });
      await image.decode();
      context.drawImage(image, 0, 0, width, height);
      return sheet.toDataURL("image/jpeg", JPEG_QUALITY);
    },
  };
}
