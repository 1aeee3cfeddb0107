// The latent space over a scatter plot of our own.

import { inWords } from "../../core/digit.js";
import { build } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { axisValue, codeOf, pointsOf } from "../../model/axes.js";
import { rowsOf } from "../../model/sampling.js";
import { latentMapOver } from "../latent_map/latent_map.js";
import { withModel } from "../live_model.js";
import { makeLegend } from "./legend.js";
import { makeNavigation } from "./navigation.js";
import { makeScatter } from "./scatter.js";
import { makeSpace } from "./space.js";

const VIEW = `
<div class="latent-space">
  <div ref="chart">
    <div ref="legend"></div>
    <div ref="frame" class="scatter"><canvas ref="canvas" role="img"></canvas></div>
  </div>
  <div ref="panel" class="beside"></div>
</div>`;

/** Return where the codes lie in space, (N x 3): along their first principal axes, or their first dimensions. */
function spacePointsOf(model, isPrincipal) {
  const points = new Float32Array(3 * model.count);
  for (let row = 0; row < model.count; row++) {
    const code = codeOf(model, row);
    for (let axis = 0; axis < 3; axis++) points[3 * row + axis] = isPrincipal ? axisValue(model, code, axis) : code[axis];
  }
  return points;
}

/**
 * The settings are those of the latent map and `axes`, the names of both axes, `colors` and `numerals`, the
 * places of the classes' numerals by class; `hidden`, classes to be hidden at first; `selected`, rows to be brought
 * forward; `principal`, whether a view in space is along principal axes.
 *
 * @type {import("../../core/host.js").Mount}
 */
export const mountScatterMap = withModel((element, host, scope) => {
  const view = build(VIEW);
  const scatter = makeScatter(view.canvas, host);
  const loop = makeFrameLoop(scope, draw);
  const legend = makeLegend(view.legend, scope, { hide, point });
  const followers = new Set(); // of the axes
  scope.add(element, view.root);

  let data = null; // {labels, colors, numerals, kind, model}
  let order = null; // rows, class after class
  let rows = null; // of each class
  let dots = null; // and their places, once somebody has asked
  let hidden = new Set();
  let space = null; // the plot in 3-D, once it has been asked for
  let onSpace = null; // what the latent map does with its dots
  let pointed = null; // the rows of the class pointed at, (N) of 0 and 1, or null
  let selected = null; // those selected, likewise

  function draw() {
    if (!data || data.kind === "space") return;
    const numerals = Object.entries(data.numerals).filter(([label]) => !hidden.has(Number(label)));
    scatter.draw(data, order, pointed ?? selected, null, null, numerals);
  }

  function tell() {
    loop.request();
    for (const follower of followers) follower();
  }

  function hide(next) {
    if (!data) return;
    hidden = next;
    if (data.kind === "space") fillSpace();
    else scatter.hide((row) => hidden.has(data.labels[row]));
    host.send("hide", [...hidden]);
    tell();
  }

  /** Show the dots in space that are not hidden, or of them those that are brought forward. */
  function fillSpace() {
    const forward = pointed ?? selected;
    const isShown = (row) => !hidden.has(data.labels[row]) && (!forward || forward[row] === 1);
    space.show(data.points, data.axes, data.labels, data.colors, isShown);
  }

  function point(label) {
    pointed = label === null ? null : data.labels.map((each) => Number(each === label));
    if (data.kind === "space") fillSpace();
    loop.request();
  }

  /** @type {import("../latent_map/overlay.js").Chart} */
  const chart = {
    element: view.chart,
    frame: view.frame,
    isReady: () => data !== null,
    isFlat: () => data.kind !== "space",
    area() {
      const area = scatter.area();
      return { ...area, left: area.left + view.canvas.offsetLeft, top: area.top + view.canvas.offsetTop };
    },
    dots() {
      dots ??= [...rows].map(([label, numbers]) => {
        const pick = (axis) => Float64Array.from(numbers, (row) => data.points[2 * row + axis]);
        return { label, numbers, x: pick(0), y: pick(1) };
      });
      return dots.filter(({ label }) => !hidden.has(label));
    },
    isPlot: (target) => view.frame.contains(target) && !target.closest("button"),
    follow(own, listener) {
      followers.add(listener);
      own.onEnd(() => followers.delete(listener));
    },
  };
  const map = latentMapOver({
    watch: (_host, _scope, found) => found(chart),
    attachFlat() {},
    attachSpace(_chart, _scope, on) {
      onSpace = on;
      return { place: (row) => space.place(row) };
    },
  })(view.panel, host);
  scope.onEnd(map.destroy);
  const navigation = makeNavigation(scatter, view.frame, scope, tell);
  scope.watchSize(view.frame, () => {
    if (!data || data.kind === "space" || !view.frame.clientWidth) return; // or it is not on show
    scatter.fit();
    draw(); // now: a canvas that has been resized is empty
    tell();
  });

  function show({ settings }, model) {
    const { axes, colors, numerals, view: kind } = settings;
    const isFlat = kind !== "space";
    const points = isFlat ? pointsOf(model, kind) : spacePointsOf(model, settings.principal);
    data = { labels: model.labels, colors, numerals, kind, points, axes };
    pointed = null;
    view.canvas.hidden = navigation.element.hidden = !isFlat;
    if (!isFlat) space ??= makeSpace(view.frame, scope, { hover: (row) => onSpace?.hover(row), click: (row) => onSpace?.click(row) });
    if (space) space.element.hidden = isFlat;
    const classes = [...new Set(model.labels)].sort((a, b) => a - b);
    rows = new Map(classes.map((label) => [label, rowsOf(model, label)]));
    dots = null;
    order = Uint32Array.from([...rows.values()].flat());
    if (isFlat) scatter.set(points, axes);
    legend.show(classes, colors, new Set(settings.hidden));
    view.canvas.setAttribute("aria-label", inWords(`Scatter plot of the latent codes of ${model.count.toLocaleString("en")} test digits`));
  }

  let latest = "";
  return (header, model) => {
    const { view: kind, colors, principal, selected: rows } = header.settings;
    const now = [model.hash, kind, colors, principal, rows].join();
    selected = rows?.length ? new Uint8Array(model.count) : null;
    for (const row of rows ?? []) selected[row] = 1;
    if (now !== latest) show(header, model);
    latest = now;
    loop.request(); // the theme may have changed
    map.update({ header, arrays: {} });
  };
});
