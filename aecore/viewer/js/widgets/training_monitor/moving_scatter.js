// The dots of a frame, which glide to where the next frame has them.

import { fitCanvas, writeNumerals } from "../../core/canvas.js";
import { isStill } from "../../core/dom.js";
import { makeNavigation } from "../scatter/navigation.js";

const DOT = 3; // px
const EDGE = 2; // px that dots keep to the edge
const STEP = 60; // ms between the pictures of a glide: training needs the processor more
const PARTS = /** @type {const} */ (["points", "middles", "low", "high"]);

/** Of both axes: all of the frame's extent, which changes from one to the next. */
const HOME = [[0, 1], [0, 1]];

/**
 * Make a cloud of dots on a canvas, which can be zoomed, until the end of a scope.
 *
 * @param {ReturnType<typeof import("../../core/scope.js").makeScope>} scope
 * @param {HTMLCanvasElement} canvas
 */
export function makeMovingScatter(scope, canvas) {
  const context = canvas.getContext("2d");
  let labels = null;
  let colors = []; // one for each class
  let shown = null; // the layout on the canvas
  let from = null;
  let to = null;
  let start = 0;
  let duration = 0;
  const timer = scope.makeTimer();
  let size = { width: 0, height: 0 };
  let ranges = HOME; // on show

  function fit() {
    size = fitCanvas(canvas, 2);
    draw();
  }

  function move() {
    const share = duration ? Math.min((performance.now() - start) / duration, 1) : 1;
    const eased = 1 - (1 - share) ** 3;
    for (const part of PARTS) {
      const [before, after, current] = [from[part], to[part], shown[part]];
      for (let i = 0; i < current.length; i++) {
        current[i] = share < 1 ? before[i] + eased * (after[i] - before[i]) : after[i];
      }
    }
    draw();
    if (share < 1) timer.start(move, STEP);
  }

  function draw() {
    context.clearRect(0, 0, size.width, size.height);
    if (!shown || !size.width) return;
    const { points, middles, low, high } = shown;
    const within = (value, length) => (ranges === HOME ? Math.min(Math.max(value, EDGE), length - EDGE) : value);
    const shareOf = (value, axis) => {
      const share = (value - low[axis]) / (high[axis] - low[axis]);
      return (share - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0]);
    };
    const toX = (x) => within(shareOf(x, 0) * size.width, size.width);
    const toY = (y) => within((1 - shareOf(y, 1)) * size.height, size.height);
    context.globalAlpha = 0.75;
    for (let i = 0; i < labels.length; i++) {
      context.fillStyle = colors[labels[i]];
      context.fillRect(toX(points[2 * i]) - DOT / 2, toY(points[2 * i + 1]) - DOT / 2, DOT, DOT);
    }
    context.globalAlpha = 1;
    const marks = colors.map((color, label) => {
      return { label, color, place: [toX(middles[2 * label]), toY(middles[2 * label + 1])] };
    });
    writeNumerals(context, marks.filter(({ place }) => !place.some(Number.isNaN)));
  }

  const copy = (layout) => Object.fromEntries(PARTS.map((part) => [part, layout[part].slice()]));

  const zoomable = {
    canvas,
    home: () => HOME,
    ranges: () => ranges,
    zoom: (next) => (ranges = next),
    area: () => ({ left: 0, top: 0, ...size }),
  };
  makeNavigation(zoomable, canvas.parentElement, scope, draw);
  scope.watchSize(canvas, fit);
  return {
    /** Glide to a frame's layout in `ms`; another run's dots are put there at once. */
    show(layout, nextLabels, ms) {
      if (layout === to) return;
      const isOther = nextLabels !== labels || !shown;
      timer.stop();
      labels = nextLabels;
      to = layout;
      shown = isOther ? copy(layout) : shown;
      from = copy(shown);
      start = performance.now();
      duration = isOther || isStill() ? 0 : ms;
      move();
    },
    setColors(next) {
      if (next.join() === colors.join()) return;
      colors = next;
      draw();
    },
    clear() {
      timer.stop();
      shown = to = labels = null;
      draw();
    },
  };
}
