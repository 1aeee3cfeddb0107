// A grid of decoded digits under the points of a flat chart.

import { picture } from "../../core/digit.js";
import { build } from "../../core/dom.js";
import { paintGrays } from "../../core/image.js";
import { CHART, pageColor, toAxes, toPixels } from "./overlay.js";

const SLICE = 6; // ms of decoding a frame, so that none is blocked
const SETTLE = 120; // ms without zooming until the grid is made anew
const SHOWN = `${CHART}[data-aecore-plane]`;
const VIEW = `
<canvas class="aecore-plane" aria-hidden="true"></canvas>
<style ref="style">
.aecore-plane { position: absolute; pointer-events: none; transform-origin: 0 0; opacity: 0.4; }
@media (prefers-reduced-motion: no-preference) {
  .aecore-plane { animation: aecore-fade 1.2s; }
  @keyframes aecore-fade { from { opacity: 0; } }
}
${SHOWN} .aecore-frame { overflow: hidden; }
${SHOWN} .main-svg:first-of-type { background: transparent !important; }
${SHOWN} .bglayer .bg { fill-opacity: 0 !important; }
${SHOWN} .gridlayer { display: none; }
</style>`;

/** Make the grid behind an overlay's chart; `decodeAt(position)` returns the digit of a position on the axes. */
export function makeDecodedGrid(overlay, scope, decodeAt) {
  const { root: canvas, style } = build(VIEW);
  const context = canvas.getContext("2d");
  let span = null; // the area that the canvas was made for
  let frame = 0;
  const timer = scope.makeTimer();

  function start() {
    stop();
    span = overlay.area();
    // A digit takes as many pixels of the screen as it has.
    const { width, height } = picture;
    const cell = context.createImageData(width, height);
    const columns = Math.max(1, Math.round(span.width / width));
    const rows = Math.max(1, Math.round(span.height / height));
    canvas.width = columns * width;
    canvas.height = rows * height;
    place();
    let next = 0;
    const work = () => {
      const end = performance.now() + SLICE;
      for (; next < columns * rows && performance.now() < end; next++) {
        const column = next % columns;
        const row = (next - column) / columns;
        const left = ((column + 0.5) / columns) * span.width;
        const top = ((row + 0.5) / rows) * span.height;
        paintGrays(cell.data, decodeAt(toAxes(span, left, top)));
        context.putImageData(cell, column * width, row * height);
      }
      frame = next < columns * rows ? requestAnimationFrame(work) : 0;
    };
    frame = requestAnimationFrame(work);
  }

  function stop() {
    cancelAnimationFrame(frame);
    timer.stop();
    frame = 0;
  }

  /** Lay the canvas where its own span of the axes lies now. */
  function place() {
    const area = overlay.area();
    const [left, top] = toPixels(area, { x: span.x0, y: span.y1 });
    const [right, bottom] = toPixels(area, { x: span.x1, y: span.y0 });
    // The part within the plot area, in the canvas's own px.
    const insets = [-top, right - area.width, bottom - area.height, -left].map((inset) => `${Math.max(0, inset)}px`);
    Object.assign(canvas.style, {
      left: `${area.left}px`,
      top: `${area.top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
      transform: `translate(${left}px, ${top}px)`,
      clipPath: `inset(${insets.join(" ")})`,
    });
  }

  /** Write dark on a light page, so that the points stand out from the grid as from the page. */
  function tint() {
    canvas.style.filter = pageColor(overlay.chart) === "#ffffff" ? "invert(1)" : "";
  }

  function remove() {
    stop();
    canvas.remove();
    style.remove();
    delete overlay.chart.element.dataset.aecorePlane;
  }

  scope.onEnd(remove);
  return {
    tint,
    /** Show or hide the grid. */
    toggle(isShown) {
      if (!isShown) return remove();
      overlay.frame.prepend(canvas);
      overlay.frame.append(style);
      overlay.chart.element.dataset.aecorePlane = "";
      tint();
      return start();
    },
    /** The axes have changed: stretch the grid at once, and make it anew when they rest. */
    follow() {
      if (!canvas.isConnected) return;
      place();
      timer.start(start, SETTLE);
    },
  };
}
