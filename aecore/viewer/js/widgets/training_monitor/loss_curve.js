// The errors of every epoch on a logarithmic axis, with PCA's as a line to beat. Follows cloud.js.

import { make, makeSvg } from "../../core/dom.js";

const PLOT = { left: 52, right: 14, top: 10, bottom: 34 };
const APART = 14; // px, at least, between the axis's numbers
const LINES = [
  // field of a record, class, name
  ["train", "train", "train"],
  ["test", "test", "test"],
];

/** 0.0412, or 4.1e-5 where decimals would be many. */
export function errorText(value) {
  return value >= 1e-3 ? value.toFixed(4) : value.toExponential(1).replace("-", "−");
}

/** Round numbers between two values: powers of ten, or finer, until there are some. */
function logTicks(low, high) {
  let found = [];
  for (const factors of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9], Array.from({ length: 90 }, (_, i) => 1 + i / 10)]) {
    found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      found.push(...factors.map((factor) => factor * 10 ** power).filter((value) => value >= low && value <= high));
    }
    if (found.length > 2) break;
  }
  return found;
}

/** Round numbers of epochs from 0 to `last`, some five of them. */
function epochTicks(last) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => last / size <= 6) ?? 500;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}

/** The chart of a run; `pick(epoch)` is called for the epoch under a press or a drag. */
export function makeLoss(svg, legend, pick) {
  let width = 0;
  let height = 0;
  let state = null; // {records, pca, reference, total, shown}
  let xOf = null;

  function draw() {
    if (!state || !width) return;
    const { records, pca, reference, total, shown } = state;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const values = records.flatMap(({ train, test }) => [train, test]);
    if (pca) values.push(pca);
    if (reference) values.push(...reference.errors.slice(0, total));
    const usable = values.filter((value) => value > 0);
    const low = usable.length ? Math.min(...usable) / 1.15 : 0.01;
    const high = usable.length ? Math.max(...usable) * 1.15 : 0.1;
    const right = width - PLOT.right;
    const bottom = height - PLOT.bottom;
    xOf = (epoch) => PLOT.left + (epoch / total) * (right - PLOT.left);
    const yOf = (value) =>
      bottom - (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * (bottom - PLOT.top);
    const parts = [];
    let written = Infinity; // height of the last number: they must not run into each other
    for (const value of logTicks(low, high)) {
      parts.push(makeSvg("line", { class: "grid", x1: PLOT.left, x2: right, y1: yOf(value), y2: yOf(value) }));
      if (written - yOf(value) < APART) continue;
      written = yOf(value);
      parts.push(makeSvg("text", { x: PLOT.left - 6, y: written + 4, "text-anchor": "end" }, String(Number(value.toPrecision(2)))));
    }
    for (const epoch of epochTicks(total)) {
      parts.push(makeSvg("text", { x: xOf(epoch), y: bottom + 15, "text-anchor": "middle" }, String(epoch)));
    }
    parts.push(makeSvg("text", { x: (PLOT.left + right) / 2, y: height - 3, "text-anchor": "middle" }, "epoch"));
    parts.push(makeSvg("line", { class: "axis", x1: PLOT.left, x2: right, y1: bottom, y2: bottom }));
    if (pca) parts.push(makeSvg("line", { class: "pca", x1: PLOT.left, x2: right, y1: yOf(pca), y2: yOf(pca) }));
    const line = (name, points) =>
      parts.push(makeSvg("polyline", { class: name, points: points.map(([x, y]) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`).join(" ") }));
    if (reference) line("reference", reference.errors.slice(0, total).map((value, i) => [i + 1, value]));
    for (const [field, name] of LINES) line(name, records.map((record) => [record.epoch, record[field]]));
    const record = records.find(({ epoch }) => epoch === shown);
    if (shown !== null) parts.push(makeSvg("line", { class: "cursor", x1: xOf(shown), x2: xOf(shown), y1: PLOT.top, y2: bottom }));
    for (const [field, name] of record ? LINES : []) {
      parts.push(makeSvg("circle", { class: name, cx: xOf(shown), cy: yOf(record[field]), r: 4 }));
    }
    svg.replaceChildren(...parts);
  }

  /** The lines' names with their values at the epoch on show. */
  function nameLines({ records, pca, reference, shown, pcaName }) {
    const record = records.find(({ epoch }) => epoch === shown) ?? null;
    const entries = LINES.map(([field, name, text]) => [name, text, record?.[field]]);
    if (pca) entries.push(["pca", pcaName, pca]);
    if (reference) entries.push(["reference", `${reference.name}, test`, reference.errors[shown - 1]]);
    const items = entries.map(([name, text, value]) => {
      const key = makeSvg("svg", { viewBox: "0 0 22 8", class: "key", "aria-hidden": "true" });
      key.append(makeSvg("line", { class: name, x1: 0, x2: 22, y1: 4, y2: 4 }));
      return make("span", {}, key, text, make("b", {}, value > 0 ? errorText(value) : "–"));
    });
    legend.replaceChildren(...items);
  }

  const pickAt = (event) => {
    const across = event.clientX - svg.getBoundingClientRect().left;
    const share = (across - PLOT.left) / (width - PLOT.left - PLOT.right);
    if (state) pick(Math.round(Math.min(Math.max(share, 0), 1) * state.total));
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    pickAt(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) pickAt(event);
  });
  const observer = new ResizeObserver(() => {
    ({ width, height } = svg.getBoundingClientRect());
    draw();
  });
  observer.observe(svg);
  return {
    show(next) {
      state = next;
      nameLines(state);
      draw();
    },
    dispose: () => observer.disconnect(),
  };
}
