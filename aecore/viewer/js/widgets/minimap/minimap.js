// A small map of the test digits' codes with a dot that moves. Follows core.js and words.js.

import { axisValue } from "../../model/axes.js";

const INSET = 14; // px around the dots
const DOT = "#e8196a"; // as the pin of the big map
const STEP_PX = 3; // that the dot must move for the trail to grow: drawing costs more than moving
const OUTLIERS = 0.002; // share of the codes that each edge may cut off

/**
 * The map of three elements, one above the other: a canvas with the codes, drawn once a model and
 * size; a canvas with the trail; the dot. `colors` has one for each of the ten digits.
 */
export function makeAtlas(scope, { dots, trail, dot }, colors) {
  let model = null;
  let place = null; // a position on the axes -> px
  let size = { width: 0, height: 0 };
  let last = null; // position of the dot
  let end = null; // of the trail, in px
  const observer = new ResizeObserver(() => {
    paint();
    restart(last);
  });
  observer.observe(dots);
  scope.onDispose(() => observer.disconnect());

  /** Where a code lies on the axes, as aecore.projection says. */
  function positionOf(z, label) {
    if (model.dim === 1) return [z[0], label];
    if (model.dim === 2) return [z[0], z[1]];
    return [axisValue(model, z, 0), axisValue(model, z, 1)];
  }

  function paint() {
    const { clientWidth: width, clientHeight: height } = dots;
    if (!model || !width) return;
    const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
    size = { width, height };
    for (const canvas of [dots, trail]) {
      canvas.width = width * scale;
      canvas.height = height * scale;
      canvas.getContext("2d").scale(scale, scale);
    }
    const { codes, dim, count, labels } = model;
    const points = Array.from({ length: count }, (_, row) =>
      positionOf(codes.subarray(row * dim, (row + 1) * dim), labels[row]),
    );
    const [x0, x1] = limitsOf(points.map((point) => point[0]));
    const [y0, y1] = limitsOf(points.map((point) => point[1]));
    place = ([x, y]) => [
      INSET + ((x - x0) / (x1 - x0)) * (width - 2 * INSET),
      height - INSET - ((y - y0) / (y1 - y0)) * (height - 2 * INSET),
    ];
    const context = dots.getContext("2d");
    context.globalAlpha = 0.55;
    points.forEach((point, row) => {
      const [left, top] = place(point);
      context.fillStyle = colors[labels[row]];
      context.fillRect(left - 1, top - 1, 2, 2);
    });
    context.globalAlpha = 1;
    nameGroups(context, points);
  }

  /** Each digit's numeral at the median of its codes. */
  function nameGroups(context, points) {
    context.font = "600 15px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.lineJoin = "round";
    for (const label of new Set(model.labels)) {
      const own = points.filter((_, row) => model.labels[row] === label);
      const [left, top] = place([0, 1].map((axis) => middleOf(own.map((point) => point[axis]))));
      context.strokeStyle = "#fff";
      context.fillStyle = "#222";
      context.strokeText(label, left, top);
      context.fillText(label, left, top);
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
    const [left, top] = place(position).map((px, i) => clampTo(px, i ? size.height : size.width));
    dot.style.transform = `translate(${left}px, ${top}px)`;
    dot.hidden = false;
    if (end && Math.hypot(left - end[0], top - end[1]) < STEP_PX) return;
    if (end) drawLine(end, [left, top]);
    end = [left, top];
  }

  function drawLine(from, to) {
    const context = trail.getContext("2d");
    context.strokeStyle = DOT;
    context.globalAlpha = 0.5;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }

  return {
    show(newModel) {
      model = newModel;
      paint();
      restart(null);
    },
    /** Put the dot at a code (D); `label` is its height where D = 1. It leaves a trail behind. */
    move: (z, label) => moveTo(positionOf(z, label)),
    /** Forget the trail. */
    rest: () => restart(last),
    /** Forget the dot too. */
    clear: () => restart(null),
  };
}

function limitsOf(values) {
  const sorted = values.sort((a, b) => a - b);
  const low = sorted[Math.floor(OUTLIERS * (sorted.length - 1))];
  const high = sorted[Math.ceil((1 - OUTLIERS) * (sorted.length - 1))];
  return high > low ? [low, high] : [low - 1, low + 1]; // a map that collapsed to one spot
}

function middleOf(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

function clampTo(value, length) {
  return Math.min(Math.max(value, 9), length - 9);
}
