// The errors of every epoch on a logarithmic axis, with PCA's as a line to compare with.

import { extent, logTicksWithin, ticksWithin } from "../../core/axes.js";
import { make, makeSvg } from "../../core/dom.js";
import { brief, errorText } from "../../core/text.js";
import { drawOn, drawYAxis, nameAxes } from "../charts/svg.js";

const MARGIN = { left: 52, right: 14, top: 10, bottom: 34 };
const APART = 14; // px, at least, between the axis's numbers
const ROOM = 1.15; // between the errors and the ends of the axis, as a factor
const LINES = /** @type {const} */ (["train", "test"]); // fields of a record, and classes of their lines

/** Make the chart of a run, until the end of a scope; `pick(epoch)` is called for the epoch under a press or a drag. */
export function makeLossCurve(scope, svg, legend, pick) {
  let width = 0;
  let height = 0;
  let state = null; // {records, pca, pcaName, reference, total, shown}

  const xOf = (epoch) => MARGIN.left + (epoch / state.total) * (width - MARGIN.left - MARGIN.right);
  const recordOn = () => state.records.find(({ epoch }) => epoch === state.shown);
  const referenceErrors = () => state.reference?.errors.slice(0, state.total) ?? [];

  /** Return the range of the errors' axis. */
  function errorRange() {
    const values = state.records.flatMap(({ train, test }) => [train, test]);
    const positive = [...values, state.pca, ...referenceErrors()].filter((value) => value > 0);
    if (!positive.length) return [0.01, 0.1];
    const [low, high] = extent(positive);
    return [low / ROOM, high * ROOM];
  }

  function draw() {
    if (!state || !width) return;
    const { records, pca, reference, total, shown } = state;
    const [low, high] = errorRange();
    const { left, top } = MARGIN;
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    const yOf = (value) => bottom - (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * (bottom - top);
    const drawing = drawOn(svg);
    const drawLine = (name, x1, x2, y1, y2) => svg.append(makeSvg("line", { class: name, x1, x2, y1, y2 }));
    const drawCurve = (name, points) => {
      const places = points.map(([epoch, value]) => `${xOf(epoch).toFixed(1)},${yOf(value).toFixed(1)}`);
      svg.append(makeSvg("polyline", { class: name, points: places.join(" ") }));
    };

    let written = Infinity; // height of the last number: they must not run into each other
    const yMarks = logTicksWithin(low, high).map((value) => {
      if (written - yOf(value) < APART) return [value, ""];
      written = yOf(value);
      return [value, brief(value, 2)];
    });
    drawYAxis(drawing, yMarks, { left, right, y: yOf });
    const xMarks = ticksWithin(0, total, 6).filter(Number.isInteger).map((epoch) => [xOf(epoch), epoch]);
    nameAxes(drawing, { x_name: "epoch", y_name: "" }, xMarks, { left, right, top, bottom, foot: MARGIN.bottom - 3 });
    drawLine("axis", left, right, bottom, bottom);
    if (pca) drawLine("pca", left, right, yOf(pca), yOf(pca));
    if (reference) drawCurve("reference", referenceErrors().map((value, i) => [i + 1, value]));
    for (const name of LINES) drawCurve(name, records.map((record) => [record.epoch, record[name]]));
    if (shown !== null) drawLine("cursor", xOf(shown), xOf(shown), top, bottom);
    const record = recordOn();
    for (const name of record ? LINES : []) {
      svg.append(makeSvg("circle", { class: name, cx: xOf(shown), cy: yOf(record[name]), r: 4 }));
    }
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  /** Name the lines, with their values at the epoch on show. */
  function nameLines() {
    const { pca, pcaName, reference, shown } = state;
    const record = recordOn();
    const entries = LINES.map((name) => [name, name, record?.[name]]);
    if (pca) entries.push(["pca", pcaName, pca]);
    if (reference) entries.push(["reference", `${reference.name}, test`, reference.errors[shown - 1]]);
    const items = entries.map(([name, text, value]) => {
      const key = makeSvg("svg", { viewBox: "0 0 22 8", class: "key", "aria-hidden": "true" });
      key.append(makeSvg("line", { class: name, x1: 0, x2: 22, y1: 4, y2: 4 }));
      return make("span", {}, key, text, make("b", {}, value > 0 ? errorText(value) : "–"));
    });
    legend.replaceChildren(...items);
  }

  function pickAt(event) {
    if (!state) return;
    const across = event.clientX - svg.getBoundingClientRect().left;
    const share = (across - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    pick(Math.round(Math.min(Math.max(share, 0), 1) * state.total));
  }
  scope.listen(svg, "pointerdown", (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    pickAt(event);
  });
  scope.listen(svg, "pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) pickAt(event);
  });
  scope.watchSize(svg, () => {
    ({ width, height } = svg.getBoundingClientRect());
    draw();
  });
  return {
    show(next) {
      state = next;
      nameLines();
      draw();
    },
  };
}
