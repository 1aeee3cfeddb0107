// A small map of the test digits' codes.

import { medianOf, robustExtent, widened } from "../../core/axes.js";
import { fitCanvas, writeNumerals } from "../../core/canvas.js";
import { build } from "../../core/dom.js";
import { codeOf, positionOf } from "../../model/axes.js";

const INSET = 14; // px around the dots
const EDGE = 9; // px that a mark keeps to the edge
const VIEW = `<div class="minimap"><canvas ref="dots" class="layer" role="img"></canvas></div>`;

/** @typedef {ReturnType<typeof makeMinimap>} Minimap */

/** Layouts of the models, by model: they last as long as it does. */
const layouts = new WeakMap();

/** Return the places of a model's codes on the axes, the axes' ranges, and the middle of each class. */
function layoutOf(model) {
  if (layouts.has(model)) return layouts.get(model);
  const { count, labels } = model;
  const places = [new Float64Array(count), new Float64Array(count)];
  for (let row = 0; row < count; row++) {
    const position = positionOf(model, codeOf(model, row), labels[row]);
    for (const axis of [0, 1]) places[axis][row] = position[axis];
  }
  const middles = [...new Set(labels)].map((label) => ({
    label,
    position: places.map((along) => medianOf(along.filter((_, row) => labels[row] === label))),
  }));
  const layout = { places, middles, ranges: places.map((along) => widened(robustExtent(along), 0)) };
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
    const { places: [x, y], middles, ...layout } = layoutOf(model);
    ranges = layout.ranges;
    const context = dots.getContext("2d");
    context.globalAlpha = 0.75;
    for (let row = 0; row < model.count; row++) {
      const [left, top] = toPixels([x[row], y[row]]);
      context.fillStyle = colors[model.labels[row]];
      context.fillRect(left - 1, top - 1, 2, 2);
    }
    context.globalAlpha = 1;
    const marks = middles.map(({ label, position }) => ({ label, color: colors[label], place: toPixels(position) }));
    writeNumerals(context, marks);
    follow();
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
