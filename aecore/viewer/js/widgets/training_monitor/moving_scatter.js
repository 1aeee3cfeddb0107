// The dots of a frame, which glide to where the next frame has them. Follows store.js.


const DOT = 3; // px
const STEP = 60; // ms between the pictures of a glide: training needs the processor more
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** A cloud of dots on a canvas; `colors` has one for each of the ten digits. */
export function makeCloud(canvas, colors) {
  const context = canvas.getContext("2d");
  let labels = null;
  let shown = null; // what is on the canvas, the same kind as `placeOf` gives
  let from = null;
  let to = null;
  let begun = 0;
  let lasts = 0;
  let timer = 0;
  let size = { width: 0, height: 0 };

  function fit() {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw();
  }

  function move() {
    const share = lasts ? Math.min((performance.now() - begun) / lasts, 1) : 1;
    const eased = 1 - (1 - share) ** 3;
    for (const name of ["points", "middles", "low", "high"]) {
      const [before, after, current] = [from[name], to[name], shown[name]];
      for (let i = 0; i < current.length; i++) {
        current[i] = share < 1 ? before[i] + eased * (after[i] - before[i]) : after[i];
      }
    }
    draw();
    timer = share < 1 ? setTimeout(move, STEP) : 0;
  }

  function draw() {
    context.clearRect(0, 0, size.width, size.height);
    if (!shown || !size.width) return;
    const { points, middles, low, high } = shown;
    const toX = (x) => Math.min(Math.max(((x - low[0]) / (high[0] - low[0])) * size.width, 2), size.width - 2);
    const toY = (y) => Math.min(Math.max(((high[1] - y) / (high[1] - low[1])) * size.height, 2), size.height - 2);
    context.globalAlpha = 0.75;
    for (let i = 0; i < labels.length; i++) {
      context.fillStyle = colors[labels[i]];
      context.fillRect(toX(points[2 * i]) - DOT / 2, toY(points[2 * i + 1]) - DOT / 2, DOT, DOT);
    }
    context.globalAlpha = 1;
    context.font = "700 15px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (let label = 0; label < 10; label++) {
      if (Number.isNaN(middles[2 * label])) continue;
      const at = [toX(middles[2 * label]), toY(middles[2 * label + 1])];
      context.lineWidth = 6;
      context.strokeStyle = colors[label];
      context.strokeText(label, ...at);
      context.lineWidth = 3.5;
      context.strokeStyle = "#fff";
      context.strokeText(label, ...at);
      context.fillStyle = "#222";
      context.fillText(label, ...at);
    }
  }

  const copy = ({ points, middles, low, high }) => ({
    points: points.slice(),
    middles: middles.slice(),
    low: low.slice(),
    high: high.slice(),
  });

  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  return {
    /** Glide to a frame's place in `ms`; another run's dots are put there at once. */
    show(place, ownLabels, ms) {
      if (place === to) return;
      const fresh = ownLabels !== labels || !shown;
      clearTimeout(timer);
      labels = ownLabels;
      to = place;
      shown = fresh ? copy(place) : shown;
      from = copy(shown);
      begun = performance.now();
      lasts = fresh || calm.matches ? 0 : ms;
      move();
    },
    clear() {
      clearTimeout(timer);
      shown = to = labels = null;
      draw();
    },
    dispose() {
      clearTimeout(timer);
      observer.disconnect();
    },
  };
}
