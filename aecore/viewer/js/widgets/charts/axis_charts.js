// Charts as wide as their place: lines over a number, groups of bars, a heat map, paths over a map.
// They are drawn anew where the pointer moves, so that the legend tells the values there. Follows charts.js.

import { makeSvg } from "../../core/dom.js";
import { FONT, inWords, ticks } from "./ticks.js";

const TALL = 300; // px of a plot's axes
const CELL = 20; // px, the least height of a heat map's row
const NARROWEST = 260;
const ENTRY = 16; // px, a line of the legend
const SWATCH = 20;
const GAP = 18; // px, between the legend and the axes
const WAY = "#e8196a";
const MOST_DOTS = 40; // on a line; more would hide it
const ruler = document.createElement("canvas").getContext("2d");

function widthOf(text) {
  ruler.font = `${FONT}px sans-serif`;
  return ruler.measureText(text).width;
}

/** As much of a text as there is room for, in pixels. */
function shortened(text, room) {
  if (widthOf(text) <= room) return text;
  let end = text.length;
  while (end > 1 && widthOf(`${text.slice(0, end)}…`) > room) end--;
  return `${text.slice(0, end)}…`;
}

/** What a series says at position `i`. */
function reading({ values, spread }, i) {
  if (values[i] === null) return "–";
  const around = spread && spread[i][0] !== null ? ` (${spread[i].map((end) => inWords(end, 4)).join(" to ")})` : "";
  return inWords(values[i], 4) + around;
}

/** The series' names and, of the position `at`, their values; gives the height taken. */
function drawLegend(svg, { series, kind, spread_name }, width, at) {
  let x = 0;
  let y = ENTRY;
  for (const each of series) {
    const value = widthOf(`: ${"0".repeat(Math.max(...each.values.map((_, i) => reading(each, i).length)))}`);
    const name = shortened(each.name, width - SWATCH - value);
    const taken = SWATCH + widthOf(name) + value + 8;
    if (x > 0 && x + taken > width) [x, y] = [0, y + ENTRY];
    if (kind === "lines") svg.append(makeSvg("line", { x1: x, x2: x + 14, y1: y - 4, y2: y - 4, ...stroke(each) }));
    else svg.append(makeSvg("rect", { x: x + 2, y: y - 10, width: 11, height: 11, fill: fillOf(each) }));
    const said = at === null ? name : `${name}: ${reading(each, at)}`;
    svg.append(makeSvg("text", { x: x + SWATCH, y }, said));
    x += taken;
  }
  const shaded = series.filter((each) => each.is_shaded).map((each) => each.name);
  if (!shaded.length) return y + GAP;
  const said = `shaded: ${spread_name}${shaded.length < series.length ? ` of ${shaded.join(", ")}` : ""}`;
  svg.append(makeSvg("text", { x: 0, y: y + ENTRY, opacity: 0.8 }, shortened(said, width)));
  return y + ENTRY + GAP;
}

const stroke = ({ color, dash }) => ({ stroke: color, "stroke-width": 2, "stroke-dasharray": dash, fill: "none" });
const fillOf = ({ color, is_baseline }) => (is_baseline ? "url(#hatched)" : color);

/** A pattern for the bars of a baseline. */
function makeHatching({ color }) {
  const pattern = makeSvg("pattern", { id: "hatched", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(makeSvg("rect", { width: 5, height: 5, fill: color, "fill-opacity": 0.35 }));
  pattern.append(makeSvg("rect", { width: 2.5, height: 5, fill: color }));
  return pattern;
}

const same = (value) => value;

/** From the power of a base at or below `low` to the one at or above `high`. */
function powers(base, low, high) {
  const exponent = (value, round) => round(Math.log(value) / Math.log(base) + (round === Math.ceil ? -1e-6 : 1e-6));
  const first = exponent(low, Math.floor);
  const last = Math.max(exponent(high, Math.ceil), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => base ** (first + i));
}

/** Where the axes lie and what they show. */
function layOut(plot, top, width) {
  const { x, series, kind, marks } = plot;
  const seen = series
    .flatMap((each) => [...each.values, ...(each.is_shaded ? each.spread.flat() : [])])
    .concat(marks.filter(({ axis }) => axis === "y").map((mark) => mark.at))
    .filter((value) => value !== null);
  const lowest = plot.from_zero || kind === "groups" || !seen.length ? Math.min(0, ...seen) : Math.min(...seen);
  const [low, high] = plot.y_range ?? [lowest, Math.max(...seen, lowest)];
  const [bendX, bendY] = ["x", "y"].map((axis) => (plot.log.includes(axis) ? Math.log : same));
  const all = bendY === same ? ticks(low, high) : powers(10, low, high);
  const yMarks = plot.y_range ? all.filter((mark) => mark <= high) : all;
  const [first, last] = plot.y_range ?? [all[0], all.at(-1)];
  const left = 26 + Math.max(...yMarks.map((mark) => widthOf(inWords(mark))));
  const bottom = top + TALL;
  const y = (value) => bottom - ((bendY(value) - bendY(first)) / (bendY(last) - bendY(first))) * TALL;
  const place = { left, right: width - 10, top, bottom, y, yMarks };
  if (kind === "groups") {
    const slot = (place.right - left) / x.length;
    return { ...place, slot, x: (i) => left + (i + 0.5) * slot, xMarks: x.map((name, i) => [i, name]) };
  }
  const [from, to] = [x[0], x.at(-1)];
  const span = bendX(to) - bendX(from) || 1;
  const along = (value) => left + 6 + ((bendX(value) - bendX(from)) / span) * (place.right - left - 12);
  const xMarks = (bendX === same ? ticks(from, to) : powers(2, from, to)).filter((mark) => mark >= from && mark <= to && (Number.isInteger(mark) || from < 1));
  return { ...place, x: along, xMarks: xMarks.map((mark) => [mark, inWords(mark)]) };
}

function drawAxes(svg, plot, place, width, at) {
  const write = (text, attributes) => svg.append(makeSvg("text", { "text-anchor": "middle", ...attributes }, text));
  for (const mark of place.yMarks) {
    const line = { x1: place.left, x2: place.right, y1: place.y(mark), y2: place.y(mark), stroke: "currentColor" };
    svg.append(makeSvg("line", { ...line, "stroke-opacity": mark === 0 ? 0.6 : 0.15 }));
    write(inWords(mark), { x: place.left - 5, y: place.y(mark) + 4, "text-anchor": "end" });
  }
  for (const [value, name] of place.xMarks) write(name, { x: place.x(value), y: place.bottom + 16 });
  const here = at === null ? "" : `: ${typeof plot.x[at] === "number" ? inWords(plot.x[at]) : plot.x[at]}`;
  write(plot.x_name + here, { x: (place.left + width) / 2, y: place.bottom + 36 });
  const middle = (place.top + place.bottom) / 2;
  write(plot.y_name, { x: 11, y: middle, transform: `rotate(-90 11 ${middle})` });
}

/** The points of a line as runs without gaps. */
function runs(points) {
  const found = [[]];
  for (const point of points) {
    if (point[1] === null) found.push([]);
    else found.at(-1).push(point);
  }
  return found.filter((run) => run.length);
}

const toPath = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function drawLine(svg, each, xs, place) {
  const points = (values) => xs.map((x, i) => [place.x(x), values[i] === null ? null : place.y(values[i])]);
  if (each.is_shaded) {
    const [low, high] = [0, 1].map((end) => points(each.spread.map((pair) => pair[end])));
    const there = xs.map((_, i) => i).filter((i) => low[i][1] !== null && high[i][1] !== null);
    const around = [...there.map((i) => high[i]), ...there.reverse().map((i) => low[i])];
    svg.append(makeSvg("path", { d: `${toPath(around)}Z`, fill: each.color, "fill-opacity": 0.18 }));
  }
  for (const run of runs(points(each.values))) {
    svg.append(makeSvg("path", { d: toPath(run), ...stroke(each) }));
    if (xs.length > MOST_DOTS) continue;
    for (const [cx, cy] of run) svg.append(makeSvg("circle", { cx, cy, r: 3, fill: each.color }));
  }
}

function drawBars(svg, series, place) {
  const width = (0.8 * place.slot) / series.length;
  series.forEach((each, k) => {
    each.values.forEach((value, i) => {
      if (value === null) return;
      const x = place.x(i) - 0.4 * place.slot + k * width;
      const [top, foot] = [Math.min(place.y(0), place.y(value)), Math.max(place.y(0), place.y(value))];
      svg.append(makeSvg("rect", { x, y: top, width: 0.95 * width, height: foot - top, fill: fillOf(each) }));
    });
  });
}

function drawMark(svg, { at, text, axis, is_dotted }, place, i) {
  const [x, y] = [place.x(at), place.y(at)];
  const ends = axis === "x" ? { x1: x, x2: x, y1: place.top, y2: place.bottom } : { x1: place.left, x2: place.right, y1: y, y2: y };
  const line = { stroke: "currentColor", "stroke-opacity": 0.5, "stroke-width": 1.5, "stroke-dasharray": is_dotted ? "2 3" : "" };
  svg.append(makeSvg("line", { ...ends, ...line }));
  const late = x > (place.left + place.right) / 2;
  const where =
    axis === "x"
      ? { x: late ? x - 4 : x + 4, y: place.top + 10 + 14 * i, "text-anchor": late ? "end" : "start" } // below each other
      : { x: place.right, y: y < place.top + 20 ? y + 14 : y - 4, "text-anchor": "end" };
  svg.append(makeSvg("text", { ...where, opacity: 0.8 }, text));
}

/** Lines or groups of bars; `at` is the position among `plot.x` that is pointed at, or null. */
function makePlot(plot, width, at = null) {
  const svg = makeSvg("svg", { role: "img", "aria-label": plot.alt, fill: "currentColor", "font-size": FONT, "font-family": "sans-serif" });
  const place = layOut(plot, drawLegend(svg, plot, width, at), width);
  svg.setAttribute("viewBox", `0 0 ${width} ${place.bottom + 44}`);
  const baseline = plot.series.find((each) => each.is_baseline);
  if (baseline) svg.prepend(makeHatching(baseline));
  drawAxes(svg, plot, place, width, at);
  plot.marks.forEach((mark, i) => drawMark(svg, mark, place, i));
  if (plot.kind === "groups") drawBars(svg, plot.series, place);
  else for (const each of plot.series) drawLine(svg, each, plot.x, place);
  const middles = plot.x.map((x, i) => place.x(plot.kind === "groups" ? i : x));
  if (at !== null) {
    const line = { x1: middles[at], x2: middles[at], y1: place.top, y2: place.bottom };
    svg.append(makeSvg("line", { ...line, stroke: "currentColor", "stroke-opacity": 0.4 }));
  }
  return { svg, middles };
}

/** A heat map with its color scale above. */
function makeHeat({ table, rows, columns, x_name, y_name, value_name, limit, colors, scale, alt }, width) {
  const left = 26 + Math.max(...rows.map(widthOf));
  const top = 34;
  const high = Math.max(CELL, widthOf(y_name) / rows.length); // the axis needs room for its name
  const [wide, bottom] = [(width - left - 4) / columns.length, top + rows.length * high];
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${bottom + 44}`, role: "img", "aria-label": alt, fill: "currentColor", "font-size": FONT, "font-family": "sans-serif" });
  const write = (text, attributes) => svg.append(makeSvg("text", { "text-anchor": "middle", ...attributes }, text));
  const low = `${value_name} ${inWords(-limit)}`;
  write(low, { x: 0, y: ENTRY, "text-anchor": "start" });
  const bar = Math.min(120, width - widthOf(low + inWords(limit)) - 24) / scale.length;
  scale.forEach((fill, i) => svg.append(makeSvg("rect", { x: widthOf(low) + 8 + i * bar, y: 6, width: bar + 0.5, height: 12, fill })));
  write(`+${inWords(limit)}`, { x: widthOf(low) + 14 + scale.length * bar, y: ENTRY, "text-anchor": "start" });
  rows.forEach((row, r) => {
    write(row, { x: left - 5, y: top + (r + 0.5) * high + 4, "text-anchor": "end" });
    columns.forEach((column, c) => {
      const place = { x: left + c * wide, y: top + r * high, width: wide - 1, height: high - 1 };
      const cell = makeSvg("rect", { ...place, fill: colors[r][c] });
      cell.append(makeSvg("title", {}, `${row}, ${x_name} ${column}: ${table[r][c] === null ? "none" : inWords(table[r][c])}`));
      svg.append(cell);
    });
  });
  columns.forEach((column, c) => write(column, { x: left + (c + 0.5) * wide, y: bottom + 16 }));
  write(x_name, { x: (left + width) / 2, y: bottom + 36 });
  write(y_name, { x: 11, y: (top + bottom) / 2, transform: `rotate(-90 11 ${(top + bottom) / 2})` });
  return { svg, middles: null };
}

/** Dots in a color, as one path. */
function makeDots(points, stroke, size, opacity) {
  const d = points.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
  return makeSvg("path", { d, stroke, "stroke-width": size, "stroke-opacity": opacity, "stroke-linecap": "round" });
}

/** Round numbers among values, and a function from a value to its place along an axis, 0 to 1. */
export function span(values) {
  const [low, high] = [Math.min, Math.max].map((extreme) => values.reduce((a, b) => extreme(a, b)));
  const [from, to] = [low - 0.04 * (high - low), high + 0.04 * (high - low)];
  const marks = ticks(low, high).filter((mark) => mark >= from && mark <= to);
  return [marks, (value) => (value - from) / (to - from || 1)];
}

/** Paths over a map of dots. */
function makePaths(chart, width) {
  const { dots, labels, paths, names, colors, alt } = chart;
  const svg = makeSvg("svg", { role: "img", "aria-label": alt, fill: "currentColor", "font-size": FONT, "font-family": "sans-serif" });
  svg.append(makeSvg("text", { x: 0, y: ENTRY }, "digit"));
  const entry = Math.min(34, (width - 34) / colors.length);
  colors.forEach((color, label) => {
    const x = 42 + label * entry;
    svg.append(makeDots([[x, ENTRY - 4]], color, 8, 1), makeSvg("text", { x: x + 7, y: ENTRY }, label));
  });
  const points = [...dots, ...paths.flat()];
  const [[xMarks, across], [yMarks, up]] = [0, 1].map((axis) => span(points.map((point) => point[axis])));
  const top = ENTRY + GAP;
  const left = 26 + Math.max(...yMarks.map((mark) => widthOf(inWords(mark))));
  const [right, bottom] = [width - 10, top + TALL];
  const x = (value) => left + across(value) * (right - left);
  const y = (value) => bottom - up(value) * TALL;
  drawAxes(svg, chart, { left, right, top, bottom, x, y, yMarks, xMarks: xMarks.map((mark) => [mark, inWords(mark)]) }, width, null);
  const place = (point) => [x(point[0]), y(point[1])];
  colors.forEach((color, label) => {
    svg.append(makeDots(dots.filter((_, i) => labels[i] === label).map(place), color, 5, 0.6));
  });
  names.forEach((name, i) => {
    const way = paths.map((places) => place(places[i]));
    const [endX, endY] = way.at(-1);
    const cross = `M${endX - 4} ${endY - 4}l8 8m0 -8l-8 8`;
    const line = makeSvg("path", { d: toPath(way) + cross, stroke: WAY, "stroke-width": 2, fill: "none" });
    line.append(makeSvg("title", {}, name));
    svg.append(line, makeDots(way, WAY, 4, 1));
  });
  svg.setAttribute("viewBox", `0 0 ${width} ${bottom + 44}`);
  return { svg, middles: null };
}

const MAKERS = { heat: makeHeat, paths: makePaths };

/** Keep a chart in `frame` as wide as its place, with the values where the pointer is. */
export function drawWide(frame, chart) {
  let middles = null;
  let width = 0;
  const draw = (at = null) => {
    const made = (MAKERS[chart.kind] ?? makePlot)(chart, width, at);
    middles = made.middles;
    frame.replaceChildren(made.svg);
  };
  const fit = () => {
    const room = Math.max(Math.round(frame.clientWidth), NARROWEST);
    if (room === width) return;
    width = room;
    draw();
  };
  const point = ({ clientX }) => {
    if (!middles) return;
    const box = frame.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * width;
    const away = middles.map((middle) => Math.abs(middle - x));
    draw(away.indexOf(Math.min(...away)));
  };
  frame.addEventListener("pointermove", point);
  frame.addEventListener("pointerdown", point);
  frame.addEventListener("pointerleave", () => middles && draw());
  new ResizeObserver(fit).observe(frame); // calls it as soon as there is a width, before the next frame
}
