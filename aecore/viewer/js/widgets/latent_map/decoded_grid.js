// The decoded plane: a grid of digits under the points of a flat chart. Follows chart.js.

import { DIGIT_SIDE, paintInto } from "../../core/image.js";
import { decode } from "../../model/network.js";
import { CHART, toAxes, toPixels } from "./plotly_overlay.js";

const CELL = DIGIT_SIDE; // px of screen for a digit, as many as it has
const SLICE = 6; // ms of decoding a frame, so that none is blocked
const SETTLE = 120; // ms without zooming until the grid is made anew
const PLANE_CSS = `
.aecore-plane { position: absolute; pointer-events: none; transform-origin: 0 0; }
${CHART}[data-aecore-plane] .svg-container { overflow: hidden; }
${CHART}[data-aecore-plane] .main-svg:first-of-type { background: transparent !important; }
${CHART}[data-aecore-plane] .bglayer .bg { fill-opacity: 0 !important; }
${CHART}[data-aecore-plane] .gridlayer { display: none; }
${CHART}[data-aecore-plane] .gl-container,
${CHART}[data-aecore-plane] .scatterlayer { opacity: 0.55; }
`;

/**
 * The plane behind a layer's chart; `codeAt(position)` is the code of a position on the axes, and
 * `model()` the model in use.
 */
export function makePlane(layer, scope, codeAt, model) {
  const canvas = document.createElement("canvas");
  canvas.className = "aecore-plane";
  canvas.setAttribute("aria-hidden", "true");
  const style = document.createElement("style");
  style.textContent = PLANE_CSS;
  const context = canvas.getContext("2d");
  const cell = context.createImageData(DIGIT_SIDE, DIGIT_SIDE);
  let span = null; // the area that the canvas was made for
  let frame = 0;
  let timer = 0;

  function start() {
    stop();
    span = layer.area();
    const columns = Math.max(1, Math.round(span.width / CELL));
    const rows = Math.max(1, Math.round(span.height / CELL));
    canvas.width = columns * DIGIT_SIDE;
    canvas.height = rows * DIGIT_SIDE;
    place();
    let next = 0;
    const work = () => {
      const end = performance.now() + SLICE;
      for (; next < columns * rows && performance.now() < end; next++) {
        const column = next % columns;
        const row = (next - column) / columns;
        const left = ((column + 0.5) / columns) * span.width;
        const top = ((row + 0.5) / rows) * span.height;
        paintInto(cell.data, DIGIT_SIDE, 0, 0, decode(model(), codeAt(toAxes(span, left, top))));
        context.putImageData(cell, column * DIGIT_SIDE, row * DIGIT_SIDE);
      }
      frame = next < columns * rows ? requestAnimationFrame(work) : 0;
    };
    frame = requestAnimationFrame(work);
  }

  function stop() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
  }

  /** Lay the canvas where its own span of the axes lies now. */
  function place() {
    const area = layer.area();
    const [left, top] = toPixels(area, { x: span.x0, y: span.y1 });
    const [right, bottom] = toPixels(area, { x: span.x1, y: span.y0 });
    canvas.style.left = `${area.left}px`;
    canvas.style.top = `${area.top}px`;
    canvas.style.width = `${right - left}px`;
    canvas.style.height = `${bottom - top}px`;
    canvas.style.transform = `translate(${left}px, ${top}px)`;
    // The part within the plot area, in the canvas's own px.
    canvas.style.clipPath = `inset(${Math.max(0, -top)}px ${Math.max(0, right - area.width)}px
      ${Math.max(0, bottom - area.height)}px ${Math.max(0, -left)}px)`;
  }

  function remove() {
    stop();
    canvas.remove();
    style.remove();
    delete layer.chart.dataset.aecorePlane;
  }

  scope.onDispose(remove);
  return {
    /** Show or hide the plane. */
    toggle(on) {
      if (!on) return remove();
      layer.frame.prepend(canvas);
      layer.frame.append(style);
      layer.chart.dataset.aecorePlane = "";
      return start();
    },
    /** The axes have changed: stretch the grid at once, and make it anew when they rest. */
    follow() {
      if (!canvas.isConnected) return;
      place();
      clearTimeout(timer);
      timer = setTimeout(start, SETTLE);
    },
  };
}
