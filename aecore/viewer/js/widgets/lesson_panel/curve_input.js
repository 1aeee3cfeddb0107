// A prediction of a curve over D: it is drawn with the pointer, or each D has its own slider for the keyboard.

import { ticksWithin } from "../../core/axes.js";
import { CHOSEN, MEASURED } from "../../core/colors.js";
import { make, makeSvg } from "../../core/dom.js";
import { brief } from "../../core/text.js";

const [WIDTH, HEIGHT] = [340, 240];
const PLOT = { left: 44, right: WIDTH - 10, top: 10, bottom: HEIGHT - 38 };
const STEPS = 100; // of an arrow key, over the whole axis
const LARGE = 10; // times as far: Page up and down
const COLORS = { mine: CHOSEN, measured: MEASURED, reference: "#888" };

export function makeCurveInput({ prediction, onChange }) {
  const { at, minimum, maximum, unit } = prediction;
  const frame = make("div", { class: "curve" });
  const key = make("p", { class: "key hint" });
  const element = make("div", {}, frame, key);
  let values = null; // by position in `at`
  let answer = null;

  const x = (i) => PLOT.left + 10 + (i / (at.length - 1)) * (PLOT.right - PLOT.left - 20);
  const y = (value) => PLOT.bottom - ((Math.min(Math.max(value, minimum), maximum) - minimum) / (maximum - minimum)) * (PLOT.bottom - PLOT.top);
  const svg = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `Your curve: ${unit || "value"} over latent dimensions D` });
  const back = makeSvg("g", {});
  const lines = makeSvg("g", {});
  svg.append(back, lines);
  frame.append(svg);
  drawAxes();
  const handles = at.map((dim, i) => {
    const handle = makeSvg("circle", { r: 7, cx: x(i), tabindex: 0, role: "slider", "aria-label": `${unit || "Value"} at D = ${dim}`, "aria-valuemin": minimum, "aria-valuemax": maximum });
    handle.addEventListener("keydown", (event) => press(event, i));
    svg.append(handle);
    return handle;
  });

  function write(text, attributes) {
    back.append(makeSvg("text", { fill: "currentColor", "font-size": 11, ...attributes }, text));
  }

  function drawAxes() {
    const line = { stroke: "currentColor", "stroke-opacity": 0.2 };
    for (const tick of ticksWithin(minimum, maximum, 5)) {
      back.append(makeSvg("line", { x1: PLOT.left, x2: PLOT.right, y1: y(tick), y2: y(tick), ...line }));
      write(brief(tick), { x: PLOT.left - 5, y: y(tick) + 4, "text-anchor": "end" });
    }
    at.forEach((dim, i) => write(String(dim), { x: x(i), y: PLOT.bottom + 15, "text-anchor": "middle" }));
    write("latent dimensions D", { x: (PLOT.left + PLOT.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" });
    write(unit, { transform: `translate(11 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" });
  }

  const start = () => at.map(() => (minimum + maximum) / 2);

  function put(i, value) {
    values ??= start();
    values[i] = Number(Math.min(Math.max(value, minimum), maximum).toPrecision(4));
  }

  function press(event, i) {
    const step = (maximum - minimum) / STEPS;
    const moves = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step, PageUp: LARGE * step, PageDown: -LARGE * step };
    const ends = { Home: minimum, End: maximum };
    if (!(event.key in moves) && !(event.key in ends)) return;
    event.preventDefault();
    put(i, ends[event.key] ?? (values ?? start())[i] + moves[event.key]);
    draw();
    onChange();
  }

  function drag(event) {
    if (event.type === "pointermove" && !svg.hasPointerCapture(event.pointerId)) return;
    if (event.type === "pointerdown") svg.setPointerCapture(event.pointerId);
    const box = svg.getBoundingClientRect();
    const left = ((event.clientX - box.left) / box.width) * WIDTH;
    const top = ((event.clientY - box.top) / box.height) * HEIGHT;
    const i = Math.round(((left - PLOT.left - 10) / (PLOT.right - PLOT.left - 20)) * (at.length - 1));
    put(Math.min(Math.max(i, 0), at.length - 1), minimum + ((PLOT.bottom - top) / (PLOT.bottom - PLOT.top)) * (maximum - minimum));
    draw();
    onChange();
  }
  for (const type of ["pointerdown", "pointermove"]) svg.addEventListener(type, drag);

  /** Draw a line through [position, value] pairs. */
  function stroke(points, color, dash = "") {
    const d = points.map(([i, value], k) => `${k ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    lines.append(makeSvg("path", { d, fill: "none", stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash }));
  }

  const positioned = (pairs) => (Array.isArray(pairs) ? pairs : []).map(([dim, value]) => [at.indexOf(dim), value]).filter(([i]) => i >= 0);

  function draw() {
    lines.replaceChildren();
    const shown = values ?? start();
    if (answer?.reference) stroke(positioned(answer.reference), COLORS.reference, "5 4");
    if (answer?.value) {
      stroke(positioned(answer.value), COLORS.measured);
      for (const [i, value] of positioned(answer.value)) lines.append(makeSvg("circle", { cx: x(i), cy: y(value), r: 4, fill: COLORS.measured }));
    }
    stroke([...shown.entries()], COLORS.mine, values ? "" : "2 5");
    handles.forEach((handle, i) => {
      for (const [name, value] of Object.entries({ cy: y(shown[i]), fill: COLORS.mine, "aria-valuenow": shown[i], "aria-valuetext": `${brief(shown[i])} ${unit}` })) {
        handle.setAttribute(name, String(value));
      }
    });
    const swatch = (color, text) => [make("span", { class: "swatch", style: `background:${color}` }), text];
    key.replaceChildren(
      ...swatch(COLORS.mine, values ? "your curve " : "Draw across the chart, or use the arrow keys at each D. "),
      ...(answer?.value ? swatch(COLORS.measured, "measured ") : []),
      ...(answer?.reference ? swatch(COLORS.reference, "PCA") : []),
    );
  }
  draw();
  return {
    element,
    value: () => values && at.map((dim, i) => [dim, values[i]]),
    set(pairs) {
      const known = new Map();
      for (const [i, value] of positioned(pairs)) known.set(i, value);
      if (known.size !== at.length) return;
      values = at.map((_, i) => known.get(i));
      draw();
    },
    show(next) {
      answer = next;
      draw();
    },
    /** Return the drawing as a data URL. */
    picture() {
      const copy = /** @type {SVGElement} */ (svg.cloneNode(true));
      for (const [name, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height: HEIGHT, color: "#000" })) copy.setAttribute(name, String(value));
      return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    },
  };
}
