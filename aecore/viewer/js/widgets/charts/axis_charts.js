// Charts as wide as their place: lines over a number, groups of bars, a heat map, paths over a map. They are
// drawn anew where the pointer moves, so that the legend shows the values there.

import { extent, powersAround, ticksAround, ticksWithin, widened } from "../../core/axes.js";
import { CHOSEN } from "../../core/colors.js";
import { makeSvg } from "../../core/dom.js";
import { brief } from "../../core/text.js";
import { barSpan, drawYAxis, makeDrawing, nameAxes, shortened, widthOf } from "./svg.js";

const HEIGHT = 300; // px of a plot's axes
const FOOT = 44; // px below them
const CELL = 20; // px, the least height of a heat map's row
const NARROWEST = 260;
const ENTRY = 16; // px, a line of the legend
const SWATCH = 20;
const GAP = 18; // px, between the legend and the axes
const MOST_DOTS = 40; // on a line; more would hide it
const ROOM = 0.04; // of a map's extent beside its dots

/** Write the value of a series at position `i`, with its spread. */
function valueText({ values, spread }, i) {
  if (values[i] === null) return "–";
  const around = spread && spread[i][0] !== null ? ` (${spread[i].map((end) => brief(end, 4)).join(" to ")})` : "";
  return brief(values[i], 4) + around;
}

const stroke = ({ color, dash }) => ({ stroke: color, "stroke-width": 2, "stroke-dasharray": dash, fill: "none" });
const hatching = (color) => `hatched-${color.replace(/\W/g, "")}`;
const fillOf = ({ color, is_baseline }) => (is_baseline ? `url(#${hatching(color)})` : color);

/** Draw the series' names and, of the position `at`, their values; return the height taken. */
function drawLegend({ svg, write }, { series, kind, spread_name }, width, at) {
  let [x, y] = [0, ENTRY];
  for (const each of series) {
    const value = widthOf(`: ${"0".repeat(Math.max(...each.values.map((_, i) => valueText(each, i).length)))}`);
    const name = shortened(each.name, width - SWATCH - value);
    const taken = SWATCH + widthOf(name) + value + 8;
    if (x > 0 && x + taken > width) [x, y] = [0, y + ENTRY];
    if (kind === "lines") svg.append(makeSvg("line", { x1: x, x2: x + 14, y1: y - 4, y2: y - 4, ...stroke(each) }));
    else svg.append(makeSvg("rect", { x: x + 2, y: y - 10, width: 11, height: 11, fill: fillOf(each) }));
    write(at === null ? name : `${name}: ${valueText(each, at)}`, { x: x + SWATCH, y, "text-anchor": "start" });
    x += taken;
  }
  const shaded = series.filter((each) => each.is_shaded).map((each) => each.name);
  if (!shaded.length) return y + GAP;
  const text = `shaded: ${spread_name}${shaded.length < series.length ? ` of ${shaded.join(", ")}` : ""}`;
  write(shortened(text, width), { x: 0, y: y + ENTRY, opacity: 0.8, "text-anchor": "start" });
  return y + ENTRY + GAP;
}

/** Make a pattern for the bars of a baseline. */
function makeHatching({ color }) {
  const size = { width: 5, height: 5 };
  const attributes = { id: hatching(color), patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)", ...size };
  return makeSvg(
    "pattern",
    attributes,
    makeSvg("rect", { ...size, fill: color, "fill-opacity": 0.35 }),
    makeSvg("rect", { ...size, width: 2.5, fill: color }),
  );
}

const identity = (value) => value;
const scaleOf = (plot, axis) => (plot.log.includes(axis) ? Math.log : identity);

/** Return the values that a plot's y axis has to hold. */
function valuesOn({ series, marks }) {
  return series
    .flatMap((each) => [...each.values, ...(each.is_shaded ? each.spread.flat() : [])])
    .concat(marks.filter(({ axis }) => axis === "y").map((mark) => mark.at))
    .filter((value) => value !== null);
}

/** Return the marks of a plot's y axis and its range. */
function layOutY(plot) {
  const values = valuesOn(plot);
  const lowest = plot.from_zero || plot.kind === "groups" || !values.length ? Math.min(0, ...values) : Math.min(...values);
  const [low, high] = plot.y_range ?? [lowest, Math.max(...values, lowest)];
  const all = scaleOf(plot, "y") === identity ? ticksAround(low, high) : powersAround(10, low, high);
  if (!plot.y_range) return { yMarks: all, first: all[0], last: all.at(-1) };
  return { yMarks: all.filter((mark) => mark <= high), first: low, last: high };
}

/** Return where the axes lie and what they show. */
function layOut(plot, top, width) {
  const { x, kind } = plot;
  const { yMarks, first, last } = layOutY(plot);
  const [bendX, bendY] = [scaleOf(plot, "x"), scaleOf(plot, "y")];
  const left = 26 + Math.max(...yMarks.map((mark) => widthOf(brief(mark))));
  const bottom = top + HEIGHT;
  const y = (value) => bottom - ((bendY(value) - bendY(first)) / (bendY(last) - bendY(first))) * HEIGHT;
  const place = { left, right: width - 10, top, bottom, y, yMarks };
  if (kind === "groups") {
    const slot = (place.right - left) / x.length;
    return { ...place, slot, x: (i) => left + (i + 0.5) * slot, xMarks: x.map((name, i) => [i, name]) };
  }
  const [from, to] = [x[0], x.at(-1)];
  const span = bendX(to) - bendX(from) || 1;
  const along = (value) => left + 6 + ((bendX(value) - bendX(from)) / span) * (place.right - left - 12);
  const xMarks = (bendX === identity ? ticksAround(from, to) : powersAround(2, from, to))
    .filter((mark) => mark >= from && mark <= to && (Number.isInteger(mark) || from < 1))
    .map((mark) => [mark, brief(mark)]);
  return { ...place, x: along, xMarks };
}

function drawAxes(drawing, { x_name, y_name }, place, here = "") {
  const xMarks = place.xMarks.map(([value, text]) => [place.x(value), text]);
  drawYAxis(drawing, place.yMarks.map((mark) => [mark, brief(mark)]), place);
  nameAxes(drawing, { x_name: x_name + here, y_name }, xMarks, place);
}

/** Return the points of a line as stretches without gaps. */
export function stretchesOf(points) {
  const stretches = [[]];
  for (const point of points) {
    if (point[1] === null) stretches.push([]);
    else stretches.at(-1).push(point);
  }
  return stretches.filter((stretch) => stretch.length);
}

const toPath = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function drawLine({ svg }, each, xs, place) {
  const points = (values) => xs.map((x, i) => [place.x(x), values[i] === null ? null : place.y(values[i])]);
  if (each.is_shaded) {
    const [low, high] = [0, 1].map((end) => points(each.spread.map((pair) => pair[end])));
    const known = xs.map((_, i) => i).filter((i) => low[i][1] !== null && high[i][1] !== null);
    const around = [...known.map((i) => high[i]), ...known.reverse().map((i) => low[i])];
    svg.append(makeSvg("path", { d: `${toPath(around)}Z`, fill: each.color, "fill-opacity": 0.18 }));
  }
  for (const stretch of stretchesOf(points(each.values))) {
    svg.append(makeSvg("path", { d: toPath(stretch), ...stroke(each) }));
    if (xs.length > MOST_DOTS) continue;
    for (const [cx, cy] of stretch) svg.append(makeSvg("circle", { cx, cy, r: 3, fill: each.color }));
  }
}

function drawBars({ svg }, series, place) {
  const width = (0.8 * place.slot) / series.length;
  series.forEach((each, k) => {
    each.values.forEach((value, i) => {
      if (value === null) return;
      const x = place.x(i) - 0.4 * place.slot + k * width;
      svg.append(makeSvg("rect", { x, width: 0.95 * width, fill: fillOf(each), ...barSpan(value, place.y) }));
    });
  });
}

function drawMark({ svg, write }, { at, text, axis, is_dotted }, { left, right, top, bottom, x, y }, i) {
  const isVertical = axis === "x";
  const where = isVertical ? x(at) : y(at);
  const ends = isVertical ? { x1: where, x2: where, y1: top, y2: bottom } : { x1: left, x2: right, y1: where, y2: where };
  const line = { stroke: "currentColor", "stroke-opacity": 0.5, "stroke-width": 1.5 };
  svg.append(makeSvg("line", { ...ends, ...line, "stroke-dasharray": is_dotted ? "2 3" : "" }));
  const isLate = !isVertical || where > (left + right) / 2;
  const place = isVertical
    ? { x: isLate ? where - 4 : where + 4, y: top + 10 + 14 * i } // below each other
    : { x: right, y: where < top + 20 ? where + 14 : where - 4 };
  write(text, { ...place, opacity: 0.8, "text-anchor": isLate ? "end" : "start" });
}

/** Draw lines or groups of bars; `at` is the position among `plot.x` that is pointed at, or null. */
function drawPlot(plot, width, at) {
  const drawing = makeDrawing(plot.alt);
  const { svg } = drawing;
  const place = layOut(plot, drawLegend(drawing, plot, width, at), width);
  svg.setAttribute("viewBox", `0 0 ${width} ${place.bottom + FOOT}`);
  svg.prepend(...plot.series.filter((each) => each.is_baseline).map(makeHatching));
  const here = at === null ? "" : `: ${typeof plot.x[at] === "number" ? brief(plot.x[at]) : plot.x[at]}`;
  drawAxes(drawing, plot, place, here);
  plot.marks.forEach((mark, i) => drawMark(drawing, mark, place, i));
  if (plot.kind === "groups") drawBars(drawing, plot.series, place);
  else for (const each of plot.series) drawLine(drawing, each, plot.x, place);
  const middles = plot.x.map((x, i) => place.x(plot.kind === "groups" ? i : x));
  if (at !== null) {
    const line = { x1: middles[at], x2: middles[at], y1: place.top, y2: place.bottom };
    svg.append(makeSvg("line", { ...line, stroke: "currentColor", "stroke-opacity": 0.4 }));
  }
  return { svg, middles };
}

/** Draw a heat map with its color scale above. */
function drawHeat({ table, rows, columns, x_name, y_name, value_name, limit, colors, scale, alt }, width) {
  const drawing = makeDrawing(alt);
  const { svg, write } = drawing;
  const left = 26 + Math.max(...rows.map(widthOf));
  const top = 34;
  const high = Math.max(CELL, widthOf(y_name) / rows.length); // the axis needs room for its name
  const [wide, bottom] = [(width - left - 4) / columns.length, top + rows.length * high];
  svg.setAttribute("viewBox", `0 0 ${width} ${bottom + FOOT}`);
  const low = `${value_name} ${brief(-limit)}`;
  const start = widthOf(low) + 8;
  const bar = Math.min(120, width - widthOf(low + brief(limit)) - 24) / scale.length;
  write(low, { x: 0, y: ENTRY, "text-anchor": "start" });
  scale.forEach((fill, i) => svg.append(makeSvg("rect", { x: start + i * bar, y: 6, width: bar + 0.5, height: 12, fill })));
  write(`+${brief(limit)}`, { x: start + 6 + scale.length * bar, y: ENTRY, "text-anchor": "start" });
  rows.forEach((row, r) => {
    write(row, { x: left - 5, y: top + (r + 0.5) * high + 4, "text-anchor": "end" });
    columns.forEach((column, c) => {
      const place = { x: left + c * wide, y: top + r * high, width: wide - 1, height: high - 1 };
      const text = `${row}, ${x_name} ${column}: ${table[r][c] === null ? "none" : brief(table[r][c])}`;
      svg.append(makeSvg("rect", { ...place, fill: colors[r][c] }, makeSvg("title", {}, text)));
    });
  });
  const xMarks = columns.map((column, c) => [left + (c + 0.5) * wide, column]);
  nameAxes(drawing, { x_name, y_name }, xMarks, { left, right: width, top, bottom, slot: wide });
  return { svg, middles: null };
}

/** Make dots in a color, as one path. */
function makeDots(points, color, size, opacity) {
  const d = points.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
  return makeSvg("path", { d, stroke: color, "stroke-width": size, "stroke-opacity": opacity, "stroke-linecap": "round" });
}

/**
 * Return round numbers among values, and a function from a value to its place along an axis, 0 to 1.
 *
 * @returns {{ marks: number[], place: (value: number) => number }}
 */
function layOutAxis(values) {
  const [low, high] = extent(values);
  const [from, to] = [low - ROOM * (high - low), high + ROOM * (high - low)];
  const marks = ticksAround(low, high).filter((mark) => mark >= from && mark <= to);
  return { marks, place: (value) => (value - from) / (to - from || 1) };
}

/** Draw paths over a map of dots. */
function drawPaths(chart, width) {
  const { dots, labels, paths, names, colors, alt } = chart;
  const drawing = makeDrawing(alt);
  const { svg, write } = drawing;
  write("digit", { x: 0, y: ENTRY, "text-anchor": "start" });
  const entry = Math.min(34, (width - 34) / colors.length);
  colors.forEach((color, label) => {
    const x = 42 + label * entry;
    svg.append(makeDots([[x, ENTRY - 4]], color, 8, 1));
    write(label, { x: x + 7, y: ENTRY, "text-anchor": "start" });
  });
  const points = [...dots, ...paths.flat()];
  const [across, up] = [0, 1].map((axis) => layOutAxis(points.map((point) => point[axis])));
  const top = ENTRY + GAP;
  const left = 26 + Math.max(...up.marks.map((mark) => widthOf(brief(mark))));
  const [right, bottom] = [width - 10, top + HEIGHT];
  const x = (value) => left + across.place(value) * (right - left);
  const y = (value) => bottom - up.place(value) * HEIGHT;
  const xMarks = across.marks.map((mark) => [mark, brief(mark)]);
  drawAxes(drawing, chart, { left, right, top, bottom, x, y, yMarks: up.marks, xMarks });
  const place = (point) => [x(point[0]), y(point[1])];
  colors.forEach((color, label) => {
    svg.append(makeDots(dots.filter((_, i) => labels[i] === label).map(place), color, 5, 0.75));
  });
  names.forEach((name, i) => {
    const path = paths.map((places) => place(places[i]));
    const [endX, endY] = path.at(-1);
    const d = `${toPath(path)}M${endX - 4} ${endY - 4}l8 8m0 -8l-8 8`; // a cross at its end
    const line = makeSvg("path", { d, stroke: CHOSEN, "stroke-width": 2, fill: "none" }, makeSvg("title", {}, name));
    svg.append(line, makeDots(path, CHOSEN, 4, 1));
  });
  svg.setAttribute("viewBox", `0 0 ${width} ${bottom + FOOT}`);
  return { svg, middles: null };
}

/** What draws each kind of chart, as wide as its place. */
export const DRAWERS = { lines: drawPlot, groups: drawPlot, heat: drawHeat, paths: drawPaths };

/** Keep a chart in `frame` as wide as its place, with the values where the pointer is, until `signal`. */
export function drawWide(frame, chart) {
  let middles = null;
  let width = 0;
  const draw = (at = null) => {
    const made = DRAWERS[chart.kind](chart, width, at);
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
