// A small map of the test digits' codes.

import { medianOf, robustExtent, widened } from "../../core/axes.js";
import { fitCanvas, pixelOf, writeNumerals } from "../../core/canvas.js";
import { build } from "../../core/dom.js";
import { flatViewOf, pointsOf } from "../../model/axes.js";
import { rowsOf } from "../../model/sampling.js";

const INSET = 14; // px around the dots
const DOT = 2; // px
const OPACITY = 0.75;
const EDGE = 9; // px that a mark keeps to the edge
const VIEW = `<div class="minimap"><canvas ref="dots" class="layer" role="img"></canvas></div>`;

/** @typedef {ReturnType<typeof makeMinimap>} Minimap */

/** Layouts of the models, by model: they last as long as it does. */
const layouts = new WeakMap();

/** Return where a model's codes lie on the axes (N x 2), the axes' ranges, and the middle of each class. */
function layoutOf(model) {
  if (layouts.has(model)) return layouts.get(model);
  const points = pointsOf(model, flatViewOf(model));
  const along = (rows) => [0, 1].map((axis) => Float64Array.from(rows, (row) => points[2 * row + axis]));
  const middles = [...new Set(model.labels)].map((label) => ({
    label,
    position: along(rowsOf(model, label)).map(medianOf),
  }));
  const layout = { points, middles, ranges: along(rowsOf(model, null)).map((values) => widened(robustExtent(values), 0)) };
  layouts.set(model, layout);
  return layout;
}

/**
 * Make the map in an element, called `label`. It draws the codes once a model and size; `follow` is called
 * when places on it have changed.
 */
export function makeMinimap(scope, parent, label, follow) {
  const { root: element, dots } = build(VIEW);
  let model = null;
  let colors = []; // one for each class
  let ranges = null; // of the axes
  let size = { width: 0, height: 0 };
  dots.setAttribute("aria-label", label);
  scope.add(parent, element);
  scope.watchSize(dots, paint);

  /** @param {number[]} position */
  const toPixels = ([x, y]) => {
    const [[x0, x1], [y0, y1]] = ranges;
    return [
      INSET + ((x - x0) / (x1 - x0)) * (size.width - 2 * INSET),
      size.height - INSET - ((y - y0) / (y1 - y0)) * (size.height - 2 * INSET),
    ];
  };

  function paint() {
    if (!model || !dots.clientWidth) return;
    size = fitCanvas(dots, 2);
    const { points, middles, ...layout } = layoutOf(model);
    ranges = layout.ranges;
    const context = dots.getContext("2d");
    paintDots(context, points);
    const marks = middles.map(({ label, position }) => ({ label, color: colors[label], place: toPixels(position) }));
    writeNumerals(context, marks);
    follow();
  }

  /** Paint the pixels of the dots: drawn as rectangles, they take four times as long. */
  function paintDots(context, points) {
    const { width, height } = dots;
    const ratio = width / size.width;
    const side = Math.round(DOT * ratio);
    const colored = colors.map((color) => pixelOf(color, OPACITY));
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0; row < model.count; row++) {
      const [x, y] = toPixels([points[2 * row], points[2 * row + 1]]);
      const left = Math.round(x * ratio - side / 2);
      const top = Math.round(y * ratio - side / 2);
      if (left < 0 || top < 0 || left + side > width || top + side > height) continue; // one of few outliers
      for (let down = top; down < top + side; down++) {
        pixels.fill(colored[model.labels[row]], down * width + left, down * width + left + side);
      }
    }
    context.putImageData(image, 0, 0);
  }

  return {
    element,
    show(next, nextColors) {
      model = next;
      colors = nextColors;
      paint();
    },
    size: () => size,
    ranges: () => ranges,
    /**
     * Return the place of a position on the axes, [left, top] in px, within the edges; null before there is a map.
     *
     * @param {number[]} position
     */
    placeOf(position) {
      if (!ranges) return null;
      const lengths = [size.width, size.height];
      return toPixels(position).map((px, axis) => Math.min(Math.max(px, EDGE), lengths[axis] - EDGE));
    },
    /** Return the position on the axes where an event lies. */
    positionAt(event) {
      const box = element.getBoundingClientRect();
      const shares = [
        (event.clientX - box.left - INSET) / (size.width - 2 * INSET),
        (box.bottom - INSET - event.clientY) / (size.height - 2 * INSET),
      ];
      return shares.map((share, axis) => ranges[axis][0] + share * (ranges[axis][1] - ranges[axis][0]));
    },
  };
}
