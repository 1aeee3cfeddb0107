// Small charts, one bar or box a label.

import { ticksAround } from "../../core/axes.js";
import { makeSvg } from "../../core/dom.js";
import { brief } from "../../core/text.js";
import { barSpan, drawYAxis, makeDrawing, nameAxes } from "./svg.js";

const SIZE = { width: 480, height: 200, left: 70, right: 474, top: 10 };
const COLOR = "#3f90da";

/** Draw a chart; `values` are numbers or five percentiles a label, null where there is none. */
export function drawLabelChart({ kind, values, labels, notes, colors, counted, x_name, y_name, unit, least, alt }) {
  const drawing = makeDrawing(alt);
  const { svg, write } = drawing;
  const known = values.flat().filter((value) => value !== null);
  const marks = ticksAround(Math.min(0, ...known), Math.max(Math.min(0, ...known) + least, 0, ...known));
  const { width, height, left, right, top } = SIZE;
  const foot = notes ? 46 : 32;
  const bottom = height - foot - 4;
  const scale = (bottom - top) / (marks.at(-1) - marks[0]);
  const y = (value) => bottom - (value - marks[0]) * scale;
  const slot = (right - left) / labels.length;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawYAxis(drawing, marks.map((mark) => [mark, brief(mark) + unit]), { left, right, y });
  const middles = labels.map((_, i) => left + (i + 0.5) * slot);
  labels.forEach((label, i) => {
    const middle = middles[i];
    if (notes) write(notes[i], { x: middle, y: bottom + 28, "font-size": 10, opacity: 0.8 });
    if ([values[i]].flat().includes(null)) return;
    const draw = kind === "bars" ? makeBar : makeBox;
    svg.append(draw(values[i], middle, 0.35 * slot, y, `label ${label}: `, unit, colors?.[i] ?? COLOR));
    if (counted) write(brief(values[i]), { x: middle, y: y(values[i]) - 3, "font-size": 10 });
  });
  nameAxes(drawing, { x_name, y_name }, labels.map((label, i) => [middles[i], label]), { left, right, top, bottom, foot, slot });
  return svg;
}

function makeBar(value, middle, half, y, name, unit, fill) {
  const bar = makeSvg("rect", { x: middle - half, width: 2 * half, fill, ...barSpan(value, y) });
  bar.append(makeSvg("title", {}, name + brief(value) + unit));
  return bar;
}

/** Make whiskers at the outer, a box between the inner percentiles, a line in the middle. */
function makeBox([low, first, median, third, high], middle, half, y, name, unit, color) {
  const group = makeSvg("g", { stroke: color, "stroke-width": 1.5, fill: color });
  const line = (x1, y1, x2, y2) => group.append(makeSvg("line", { x1, y1, x2, y2 }));
  line(middle, y(low), middle, y(first));
  line(middle, y(third), middle, y(high));
  for (const end of [low, high]) line(middle - half / 2, y(end), middle + half / 2, y(end));
  const box = { x: middle - half, y: y(third), width: 2 * half, height: y(first) - y(third) };
  group.append(makeSvg("rect", { ...box, "fill-opacity": 0.35 }));
  line(middle - half, y(median), middle + half, y(median));
  const percentiles = [low, first, median, third, high].map((value) => brief(value) + unit);
  group.append(makeSvg("title", {}, `${name}5, 25, 50, 75, 95%: ${percentiles.join(", ")}`));
  return group;
}
