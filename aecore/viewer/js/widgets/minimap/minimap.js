// A small map of the test digits' codes.

import { medianOf, robustExtent, widened } from "../../core/axes.js";
import { fitCanvas, writeNumerals } from "../../core/canvas.js";
import { build } from "../../core/dom.js";
import { codeOf, positionOf } from "../../model/axes.js";

const INSET = 14; // px around the dots
const EDGE = 9; // px that a mark keeps to the edge
const VIEW = `<div class="minimap"><canvas ref="dots" class="layer" role="img"></canvas></div>`;

/** @typedef {ReturnType<typeof makeMinimap>} Minimap */

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
    const { count, labels } = model;
    const points = Array.from({ length: count }, (_, row) => positionOf(model, codeOf(model, row), labels[row]));
    ranges = [0, 1].map((axis) => widened(robustExtent(points.map((point) => point[axis])), 0));
    const context = dots.getContext("2d");
    context.globalAlpha = 0.75;
    points.forEach((point, row) => {
      const [left, top] = toPixels(point);
      context.fillStyle = colors[labels[row]];
      context.fillRect(left - 1, top - 1, 2, 2);
    });
    context.globalAlpha = 1;
    const marks = [...new Set(labels)].map((each) => {
      const own = points.filter((_, row) => labels[row] === each);
      const place = toPixels([0, 1].map((axis) => medianOf(own.map((point) => point[axis]))));
      return { label: each, color: colors[each], place };
    });
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
