// Charts drawn as SVG: a click on the page is answered in a few milliseconds, where two Plotly charts took
// over 100.

import { boldText, make, makeSaveButton, nameSaveButton } from "../../core/dom.js";
import { makeLazyDraw } from "../../core/lazy_draw.js";
import { makePreviewCache } from "../../core/preview_cache.js";
import { makeScope } from "../../core/scope.js";
import { DRAWERS, drawWide } from "./axis_charts.js";
import { drawLabelChart } from "./label_charts.js";
import { toCanvas } from "./svg.js";

const isWide = ({ kind }) => kind in DRAWERS;

function makeFigure(chart) {
  const frame = make("div");
  const button = makeSaveButton(() => toCanvas(frame.firstChild, chart.title));
  nameSaveButton(button, chart.title, chart.file);
  if (isWide(chart)) drawWide(frame, chart);
  else frame.append(drawLabelChart(chart));
  return make("figure", {}, make("figcaption", {}, chart.title), frame, button);
}

/** Return the figures of some charts; those that are as they were stay as they are. */
function makeFigures(charts, before) {
  return charts.map((chart) => {
    const sent = JSON.stringify(chart);
    return before.find((each) => each.sent === sent) ?? { figure: makeFigure(chart), sent };
  });
}

/** @type {import("../../core/host.js").Mount} */
export function mountCharts(element, host) {
  const scope = makeScope();
  const lazy = makeLazyDraw(scope, element);
  const previews = makePreviewCache(host, (message) => lazy.draw(() => show(message)), scope.signal);
  const root = make("div");
  let shown = { figures: [], note: null };
  scope.add(element, root);

  /** Show what a message says, as far as it is not there already. */
  function show({ charts, note }) {
    const before = shown;
    const figures = makeFigures(charts, before.figures);
    const isSame = figures.length === before.figures.length && figures.every((each) => before.figures.includes(each));
    if (isSame && note === before.note) return;
    shown = { figures, note };
    root.className = charts.some(isWide) ? "charts wide" : "charts";
    const words = note ? [make("p", { class: "note" }, ...boldText(note))] : [];
    root.replaceChildren(...figures.map(({ figure }) => figure), ...words);
  }

  return {
    update({ header }) {
      previews.keep(header, header.preview);
      lazy.draw(() => show(header));
    },
    destroy: scope.end,
  };
}
