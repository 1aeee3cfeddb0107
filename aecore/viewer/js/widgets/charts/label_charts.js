// Small charts, one bar or box a label, drawn as SVG: a click on the page is answered in a few
// milliseconds, where two Plotly charts took over 100. plots.js follows in the same module.

import { make, makeSaver, makeSvg, nameSaver, prose } from "../../core/dom.js";
import { makeSight } from "../../core/lazy_draw.js";
import { makeForesight } from "../../core/preview_cache.js";
import { FONT, inWords, ticks } from "./ticks.js";
import { drawWide } from "./axis_charts.js";

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 70;
const RIGHT = 6;
const TOP = 10;
const COLOR = "#3f90da";
export const MARGIN = 12; // px around a chart that is saved
const HEAD = 36; // px for its title

const WIDE = ["lines", "groups", "heat", "paths"]; // drawn by axis_charts.js

const instances = new WeakMap(); // parent element -> {root, sight, foresight, calls, figures, note}

/** A chart's SVG; `values` are numbers or five percentiles a label, null where there is none. */
function makeChart({ kind, values, labels, notes, colors, counted, x_name, y_name, unit, least, alt }) {
  const known = values.flat().filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const marks = ticks(low, Math.max(low + least, 0, ...known));
  const bottom = HEIGHT - (notes ? 50 : 36);
  const scale = (bottom - TOP) / (marks.at(-1) - marks[0]);
  const y = (value) => bottom - (value - marks[0]) * scale;
  const slot = (WIDTH - LEFT - RIGHT) / labels.length;
  const svg = makeSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": alt,
    fill: "currentColor",
    "font-size": FONT,
    "font-family": "sans-serif",
  });
  const write = (text, attributes) => svg.append(makeSvg("text", { "text-anchor": "middle", ...attributes }, text));
  for (const mark of marks) {
    const line = { x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark), stroke: "currentColor" };
    svg.append(makeSvg("line", { ...line, "stroke-opacity": mark === 0 ? 0.6 : 0.15 }));
    write(inWords(mark) + unit, { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" });
  }
  labels.forEach((label, i) => {
    const middle = LEFT + (i + 0.5) * slot;
    write(label, { x: middle, y: bottom + 14 });
    if (notes) write(notes[i], { x: middle, y: bottom + 28, "font-size": 10, opacity: 0.8 });
    if ([values[i]].flat().includes(null)) return;
    const make = kind === "bars" ? makeBar : makeBox;
    svg.append(make(values[i], middle, 0.35 * slot, y, `label ${label}: `, unit, colors?.[i] ?? COLOR));
    if (counted) write(inWords(values[i]), { x: middle, y: y(values[i]) - 3, "font-size": 10 });
  });
  write(x_name, { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4 });
  const middle = (TOP + bottom) / 2;
  write(y_name, { x: 12, y: middle, transform: `rotate(-90 12 ${middle})` });
  return svg;
}

function makeBar(value, middle, half, y, name, unit, fill) {
  const [top, foot] = [Math.min(y(0), y(value)), Math.max(y(0), y(value))];
  const bar = makeSvg("rect", { x: middle - half, y: top, width: 2 * half, height: foot - top, fill });
  bar.append(makeSvg("title", {}, name + inWords(value) + unit));
  return bar;
}

/** Whiskers at the outer, a box between the inner percentiles, a line in the middle. */
function makeBox([low, first, median, third, high], middle, half, y, name, unit, color) {
  const group = makeSvg("g", { stroke: color, "stroke-width": 1.5, fill: color });
  const line = (x1, y1, x2, y2) => group.append(makeSvg("line", { x1, y1, x2, y2 }));
  line(middle, y(low), middle, y(first));
  line(middle, y(third), middle, y(high));
  for (const end of [low, high]) line(middle - half / 2, y(end), middle + half / 2, y(end));
  const box = { x: middle - half, y: y(third), width: 2 * half, height: y(first) - y(third) };
  group.append(makeSvg("rect", { ...box, "fill-opacity": 0.35 }));
  line(middle - half, y(median), middle + half, y(median));
  const percentiles = [low, first, median, third, high].map((value) => inWords(value) + unit);
  group.append(makeSvg("title", {}, `${name}5, 25, 50, 75, 95%: ${percentiles.join(", ")}`));
  return group;
}

/** A chart under its title on a canvas, black on white, at three times its size. */
async function chartCanvas(svg, { title }) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("color", "#000");
  const picture = new Image();
  picture.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 3 * (width + 2 * MARGIN);
  canvas.height = 3 * (height + HEAD + MARGIN);
  const context = canvas.getContext("2d");
  context.scale(3, 3);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  context.font = `bold ${FONT + 1}px sans-serif`;
  context.fillText(title, MARGIN, HEAD - 12, width);
  context.drawImage(picture, MARGIN, HEAD, width, height);
  return canvas;
}

function makeFigure(chart) {
  const frame = make("div");
  const button = makeSaver(() => chartCanvas(frame.firstChild, chart));
  nameSaver(button, chart.title, chart.file);
  if (WIDE.includes(chart.kind)) drawWide(frame, chart);
  else frame.append(makeChart(chart));
  return make("figure", {}, make("figcaption", {}, chart.title), frame, button);
}

/** The figures of some charts; those that are as they were stay as they are. */
function makeFigures(charts, before) {
  return charts.map((chart) => {
    const sent = JSON.stringify(chart);
    return before.find((each) => each.sent === sent) ?? { figure: makeFigure(chart), sent };
  });
}

function createInstance(parentElement) {
  const root = make("div");
  parentElement.append(root);
  const sight = makeSight(parentElement);
  const instance = { root, sight, foresight: null, calls: 0, figures: [], note: null };
  instance.foresight = makeForesight((message) => sight.show(() => show(instance, message)));
  return instance;
}

/** Show what a message says, as far as it is not there already. */
function show(instance, { charts, note }) {
  const before = instance.figures;
  const figures = makeFigures(charts, before);
  const isSame = figures.length === before.length && figures.every((each) => before.includes(each));
  if (isSame && note === instance.note) return;
  Object.assign(instance, { figures, note });
  instance.root.className = charts.some(({ kind }) => WIDE.includes(kind)) ? "charts wide" : "charts";
  const words = note ? [make("p", { class: "note" }, ...prose(note))] : [];
  instance.root.replaceChildren(...figures.map(({ figure }) => figure), ...words);
}

export function charts({ data, parentElement }) {
  const instance = instances.get(parentElement) ?? createInstance(parentElement);
  instances.set(parentElement, instance);
  const call = ++instance.calls;
  instance.foresight.keep(data, data.foresight);
  instance.sight.show(() => show(instance, data));
  return () => {
    if (instance.calls !== call) return; // called again: it lives on
    instance.sight.end();
    instance.foresight.end();
    instances.delete(parentElement);
    instance.root.remove();
  };
}
