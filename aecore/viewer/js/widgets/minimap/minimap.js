// A small map of the test digits' codes with a dot that moves.

import { medianOf, robustExtent, widened } from "../../core/axes.js";
import { drawLine, fitCanvas, writeNumeral } from "../../core/canvas.js";
import { axisValue } from "../../model/axes.js";

const INSET = 14; // px around the dots
const TRAIL = "#e8196a"; // as the pin of the big map
const STEP = 3; // px that the dot must move for the trail to grow: drawing costs more than moving
const EDGE = 9; // px that the dot keeps to the edge

/**
 * Make the map of three elements, one above the other: a canvas with the codes, drawn once a model and
 * size; a canvas with the trail; the dot.
 */
export function makeMinimap(scope, { dots, trail, dot }) {
  let model = null;
  let colors = []; // one for each class
  let place = null; // a position on the axes -> px
  let size = { width: 0, height: 0 };
  let last = null; // position of the dot
  let end = null; // of the trail, in px
  scope.watchSize(dots, () => {
    paint();
    restart(last);
  });

  /** Return where a code lies on the axes, as aecore/latent/projection.py does. */
  function positionOf(z, label) {
    if (model.dim === 1) return [z[0], label];
    if (model.dim === 2) return [z[0], z[1]];
    return [axisValue(model, z, 0), axisValue(model, z, 1)];
  }

  function paint() {
    if (!model || !dots.clientWidth) return;
    for (const canvas of [dots, trail]) size = fitCanvas(canvas, 2);
    const { width, height } = size;
    const { codes, dim, count, labels } = model;
    const points = Array.from({ length: count }, (_, row) =>
      positionOf(codes.subarray(row * dim, (row + 1) * dim), labels[row]),
    );
    const [[x0, x1], [y0, y1]] = [0, 1].map((axis) => widened(robustExtent(points.map((point) => point[axis])), 0));
    place = ([x, y]) => [
      INSET + ((x - x0) / (x1 - x0)) * (width - 2 * INSET),
      height - INSET - ((y - y0) / (y1 - y0)) * (height - 2 * INSET),
    ];
    const context = dots.getContext("2d");
    context.globalAlpha = 0.75;
    points.forEach((point, row) => {
      const [left, top] = place(point);
      context.fillStyle = colors[labels[row]];
      context.fillRect(left - 1, top - 1, 2, 2);
    });
    context.globalAlpha = 1;
    for (const label of new Set(labels)) {
      const own = points.filter((_, row) => labels[row] === label);
      const [left, top] = place([0, 1].map((axis) => medianOf(own.map((point) => point[axis]))));
      writeNumeral(context, label, left, top, colors[label]);
    }
  }

  /** Put the dot at a position, or away for null, without a trail. */
  function restart(position) {
    trail.getContext("2d").clearRect(0, 0, size.width, size.height);
    last = end = null;
    dot.hidden = true;
    if (position) moveTo(position);
  }

  function moveTo(position) {
    last = position;
    if (!place) return;
    const lengths = [size.width, size.height];
    const [left, top] = place(position).map((px, axis) => Math.min(Math.max(px, EDGE), lengths[axis] - EDGE));
    dot.style.transform = `translate(${left}px, ${top}px)`;
    dot.hidden = false;
    if (end && Math.hypot(left - end[0], top - end[1]) < STEP) return;
    if (end) drawLine(trail.getContext("2d"), [end, [left, top]], { strokeStyle: TRAIL, globalAlpha: 0.5, lineWidth: 2 });
    end = [left, top];
  }

  return {
    show(next, nextColors) {
      model = next;
      colors = nextColors;
      paint();
      restart(null);
    },
    /** Put the dot at a code (D); `label` is its height where D = 1. It leaves a trail behind. */
    move: (z, label) => moveTo(positionOf(z, label)),
    clearTrail: () => restart(last),
    clear: () => restart(null),
  };
}
