// The legend of a Plotly chart: within reach of the keyboard; in 2-D, the class under the pointer comes forward.

import { fitCanvas } from "../../core/canvas.js";
import { make } from "../../core/dom.js";
import { movedApart } from "../../core/geometry.js";
import { pageColor, toPixels } from "./overlay.js";

const DOT = 5; // px
const NUMERAL_GAP = 26; // px between the middles of two numerals, each in a box

const itemOf = (target) => target.closest?.(".legend .traces");
const traceOf = (chart, item) => chart._fullData[item.__data__[0].trace.index];

/** Let the keyboard reach the entries of a chart's legend, and press them. */
export function makeLegendKeys(chart, scope) {
  function follow() {
    for (const item of chart.querySelectorAll(".legend .traces")) {
      const { name, visible } = traceOf(chart, item);
      const attributes = { tabindex: 0, role: "button", "aria-label": `Digit ${name}`, "aria-pressed": visible === true };
      const toggle = item.querySelector(".legendtoggle");
      for (const [key, value] of Object.entries(attributes)) toggle?.setAttribute(key, String(value));
    }
  }

  /** Press an entry, as Plotly knows it from a mouse. */
  function press(event) {
    if (!itemOf(event.target) || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    for (const type of ["mousedown", "mouseup"]) event.target.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  }

  scope.listen(chart, "keydown", press);
  scope.listenChart(chart, "plotly_afterplot", follow);
  follow();
}

/** Follow the legend of an overlay's chart; it hides the numerals of the classes that it hides. */
export function makePlotlyLegend(overlay, scope) {
  const { element: chart } = overlay.chart;
  const canvas = make("canvas", { hidden: "", "aria-hidden": "true", style: "width: 100%; height: 100%" });
  overlay.element.prepend(canvas);
  scope.onEnd(() => canvas.remove());

  function follow() {
    const shown = new Set(chart._fullData.filter(({ visible }) => visible === true).map(({ name }) => `<b>${name}</b>`));
    const marks = [...chart.querySelectorAll(".annotation[data-index]")].filter((mark) => {
      const { text } = chart._fullLayout.annotations[Number(mark.getAttribute("data-index"))];
      mark.style.display = shown.has(text) ? "" : "none";
      mark.style.transform = "";
      return shown.has(text);
    });
    const places = marks.map(middleOf);
    movedApart(places, NUMERAL_GAP).forEach(([x, y], i) => {
      marks[i].style.transform = `translate(${x - places[i][0]}px, ${y - places[i][1]}px)`;
    });
  }

  /** Draw the dots of one class over a veil on all others; none for an item that is not there. */
  function bringForward({ target }) {
    const item = itemOf(target);
    const trace = item && traceOf(chart, item);
    canvas.hidden = trace?.visible !== true;
    if (canvas.hidden) return;
    const { width, height } = fitCanvas(canvas);
    const context = canvas.getContext("2d");
    Object.assign(context, { fillStyle: pageColor(overlay.chart), globalAlpha: 0.75 });
    context.fillRect(0, 0, width, height);
    Object.assign(context, { fillStyle: trace.marker.color, globalAlpha: 0.9 });
    const area = overlay.area();
    for (let i = 0; i < trace.x.length; i++) {
      const [left, top] = toPixels(area, { x: trace.x[i], y: trace.y[i] });
      context.fillRect(left - DOT / 2, top - DOT / 2, DOT, DOT);
    }
  }

  for (const type of ["pointerover", "focusin"]) scope.listen(chart, type, bringForward);
  for (const type of ["pointerleave", "focusout"]) scope.listen(chart, type, () => (canvas.hidden = true));
  makeLegendKeys(chart, scope);
  scope.listenChart(chart, "plotly_afterplot", follow);
  follow();
}

/** Return the middle of an element on the page, in px. */
function middleOf(element) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
