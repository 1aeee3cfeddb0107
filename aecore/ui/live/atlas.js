// A small map of the test digits' codes with one dot that moves. Follows core.js and elements.js.

const INSET = 14; // px around the dots
const TRAIL = 90; // places that the dot leaves behind
const DOT = "#e8196a"; // as the pin of the big map
const OUTLIERS = 0.002; // share of the codes that each edge may cut off

/**
 * The map on two canvases, one above the other: the codes, drawn once a model and size, and the
 * dot. `colours` has one for each of the ten digits.
 */
function makeAtlas(scope, below, above, colours) {
  let model = null;
  let place = null; // a position on the axes -> px
  let size = { width: 0, height: 0 };
  let trail = [];
  const observer = new ResizeObserver(() => {
    paint();
    drawDot();
  });
  observer.observe(below);
  scope.onDispose(() => observer.disconnect());

  /** Where a code lies on the axes, as aecore.projection says. */
  function positionOf(z, label) {
    if (model.dim === 1) return [z[0], label];
    if (model.dim === 2) return [z[0], z[1]];
    return [axisValue(model, z, 0), axisValue(model, z, 1)];
  }

  function paint() {
    const { clientWidth: width, clientHeight: height } = below;
    if (!model || !width) return;
    const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
    size = { width, height };
    for (const canvas of [below, above]) {
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
    const context = below.getContext("2d");
    context.globalAlpha = 0.55;
    points.forEach((point, row) => {
      const [left, top] = place(point);
      context.fillStyle = colours[labels[row]];
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

  function drawDot() {
    const context = above.getContext("2d");
    context.clearRect(0, 0, size.width, size.height);
    if (!place || !trail.length) return;
    const inside = (position) => {
      const [left, top] = place(position);
      return [clampTo(left, size.width), clampTo(top, size.height)];
    };
    context.strokeStyle = DOT;
    context.lineWidth = 2;
    context.lineCap = "round";
    for (let i = 1; i < trail.length; i++) {
      context.globalAlpha = (0.6 * i) / trail.length;
      context.beginPath();
      context.moveTo(...inside(trail[i - 1]));
      context.lineTo(...inside(trail[i]));
      context.stroke();
    }
    context.globalAlpha = 1;
    for (const [radius, colour] of [[9, "#fff"], [7.5, DOT], [2.5, "#fff"]]) {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(...inside(trail.at(-1)), radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  return {
    show(newModel) {
      model = newModel;
      trail = [];
      paint();
      drawDot();
    },
    /** Put the dot at a code (D); `label` is its height where D = 1. It leaves a trail behind. */
    move(z, label) {
      trail = [...trail, positionOf(z, label)].slice(-TRAIL);
      drawDot();
    },
    /** Forget the trail, but for its end; and the end too if there is nothing to show. */
    rest(empty) {
      trail = empty ? [] : trail.slice(-1);
      drawDot();
    },
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
