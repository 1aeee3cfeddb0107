// Interpolating between two digits: two paths side by side, to play and to scrub.

import { build, make, makeSvg, setText } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { grayText } from "../../core/text.js";
import { positionOf } from "../../model/axes.js";
import { grayerThan } from "../../model/grayness.js";
import { distanceToData } from "../../model/neighbors.js";
import { decode } from "../../model/network.js";
import { spreadSteps, stepAt } from "../../model/path.js";
import { drawOn, drawYAxis, nameAxes } from "../charts/svg.js";
import { showDigit, withModel } from "../live_model.js";
import { makeMinimap } from "../minimap/minimap.js";

const RELEASE_MS = 150; // a key held down repeats faster than this
const FRAME_MS = 60; // as in the animation that can be downloaded
const STRIP = 11; // pictures of a path
const PLOT = { width: 640, height: 206, left: 76, right: 620, top: 12, bottom: 158 };

const VIEW = `
<div class="live workbench journey">
  <div ref="lanes" class="lanes"></div>
  <div class="bar">
    <button ref="play" type="button" class="play">▶ Play</button>
    <input ref="scrub" type="range" min="0" step="1" aria-label="Frame of both paths">
    <output ref="place"></output>
  </div>
  <div class="charts">
    <div ref="map"></div>
    <div>
      <svg ref="plot" class="plot" viewBox="0 0 ${PLOT.width} ${PLOT.height}" role="img"></svg>
      <p class="hint">Distance from the data: the share of the test digits that are less isolated.<span ref="plane" hidden>
        The map shows the first two principal axes.</span></p>
    </div>
  </div>
</div>`;
const LANE = `
<section class="lane">
  <canvas ref="canvas" class="digit" role="img"></canvas>
  <div>
    <h4><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><line ref="key" x1="0" x2="26" y1="6" y2="6"></line></svg><span
      ref="title"></span> <small ref="note"></small></h4>
    <div ref="strip" class="strip"></div>
    <p ref="place"></p>
  </div>
</section>`;

export const mountInterpolation = withModel((element, host, scope) => {
  const view = build(VIEW);
  const cursor = makeSvg("line", { class: "cursor", y1: PLOT.top, y2: PLOT.bottom });
  const routes = makeSvg("svg", { class: "layer", "aria-hidden": "true" });
  scope.add(element, view.root);
  const minimap = makeMinimap(scope, view.map, "Both paths among the codes of the test digits", followMap);
  minimap.element.append(routes);

  let model = null;
  let token = null; // of the paths on show
  let colors = ""; // of the map
  let paths = []; // {name, title, note, codes: [Float32Array (D)], percentiles, lane}
  let started = null; // when the first frame of the playing was shown, null while it rests
  let frame = 0;
  let serial = 0; // of the visitor's latest move: what Python says of an older one is ignored
  const timer = scope.makeTimer();

  const steps = () => paths[0].codes.length;
  const loop = makeFrameLoop(scope, () => {
    const step = Number(view.scrub.value);
    const x = xOf(step, steps());
    for (const { codes, places, percentiles, lane } of paths) {
      const grayer = grayerThan(model, showDigit(model, codes[step], lane.canvas));
      const far = `more isolated than ${percentiles[step].toFixed(0)}% of the test digits`;
      setText(lane.place, `${far}, ${grayText(grayer)}`);
      lane.mark.setAttribute("transform", `translate(${places[step] ?? [0, 0]})`);
      lane.dot.setAttribute("cx", x);
      lane.dot.setAttribute("cy", yOf(percentiles[step]));
    }
    cursor.setAttribute("x1", String(x));
    cursor.setAttribute("x2", String(x));
    view.place.textContent = `${step + 1} of ${steps()}`;
    view.scrub.setAttribute("aria-valuetext", `frame ${view.place.textContent}`);
  });

  function goTo(step, event) {
    view.scrub.value = step;
    loop.request(event);
  }

  /** Report the frame on show, once it has come to rest. */
  function report() {
    serial += 1;
    timer.start(() => host.send("release", { token, frame: Number(view.scrub.value), serial }), RELEASE_MS);
  }

  /** Draw both paths where their codes lie on the map. */
  function followMap() {
    for (const path of paths) {
      path.places = path.positions.map(minimap.placeOf);
      path.lane.route.setAttribute("points", path.places.join(" "));
    }
    loop.request();
  }

  /** Go to the frame that is nearest to an event on the map. */
  function goNear(event) {
    const box = routes.getBoundingClientRect();
    const distanceTo = ([left, top]) => Math.hypot(event.clientX - box.left - left, event.clientY - box.top - top);
    const gaps = paths.map(({ places }) => places.map(distanceTo));
    const least = Math.min(...gaps.flat());
    rest();
    goTo(gaps.find((each) => each.includes(least)).indexOf(least), event);
  }

  function play() {
    const from = Number(view.scrub.value) % (steps() - 1); // from the end: once more
    started = performance.now() - from * FRAME_MS;
    frame = requestAnimationFrame(advance);
    view.play.textContent = "❚❚ Pause";
  }

  function pause() {
    started = null;
    cancelAnimationFrame(frame);
    view.play.textContent = "▶ Play";
  }

  function advance(now) {
    const step = stepAt(now - started, FRAME_MS, steps());
    goTo(step);
    if (step === steps() - 1) rest();
    else frame = requestAnimationFrame(advance);
  }

  function rest() {
    pause();
    report();
  }

  scope.onEnd(pause);
  scope.listen(view.play, "click", () => (started === null ? play() : rest()));
  scope.listen(view.scrub, "change", report);
  scope.listen(view.scrub, "input", (event) => {
    serial += 1;
    pause();
    loop.request(event);
  });
  scope.listen(minimap.element, "pointermove", (event) => event.buttons & 1 && goNear(event));
  scope.listen(minimap.element, "click", goNear);
  scope.listen(view.root, "click", (event) => {
    const step = event.target.closest?.("[data-step]")?.dataset.step;
    if (step === undefined) return;
    rest();
    goTo(Number(step), event);
  });

  return ({ settings }, latest) => {
    const isRecolored = settings.colors.join() !== colors;
    colors = settings.colors.join();
    const frameAsked = settings.frame ?? 0;
    const isCurrent = (settings.serial ?? 0) >= serial;
    serial = Math.max(serial, settings.serial ?? 0);
    const isSame = latest === model && settings.token === token;
    if (isSame && settings.paths.length === paths.length) {
      if (isRecolored) minimap.show(model, settings.colors);
      if (isCurrent && started === null) goTo(frameAsked);
      return;
    }
    if (!isSame) { // else a path has been added, and the frame stays
      pause();
      timer.stop();
    }
    model = latest;
    token = settings.token;
    paths = settings.paths.map((path) => {
      const codes = path.codes.map((code) => Float32Array.from(code));
      const positions = codes.map((code) => positionOf(model, code, heightOf(model, code)));
      return { ...path, codes, positions, places: [], lane: buildLane(model, { ...path, codes }) };
    });
    view.scrub.max = steps() - 1;
    if (!isSame) view.scrub.value = frameAsked;
    view.lanes.replaceChildren(...paths.map(({ lane }) => lane.root));
    if (settings.isSearching) view.lanes.append(buildAwaited(model, paths[0]));
    view.plane.hidden = model.dim < 3;
    routes.replaceChildren(...paths.map(({ lane }) => lane.route), ...paths.map(({ lane }) => lane.mark));
    minimap.show(model, settings.colors);
    drawAxes(view.plot);
    view.plot.append(cursor, ...paths.flatMap(({ lane }) => [lane.curve, lane.dot]));
    const worst = paths.map(({ title, percentiles }) => `${title} up to ${Math.max(...percentiles).toFixed(0)}%`);
    view.plot.setAttribute("aria-label", `Distance from the data along both paths: ${worst.join(", ")}`);
    loop.request();
  };
});

/** Return the height of a code on the map of a model with D = 1: the label of the nearest test digit. */
const heightOf = (model, code) => (model.dim === 1 ? distanceToData(model, code).nearestLabel : 0);

/** Build the view of one path: its name, the digit of the frame on show, a strip of digits, its line in the plot. */
function buildLane(model, { name, title, note, codes, percentiles }) {
  const kind = name.replaceAll(" ", "-");
  const lane = build(LANE);
  lane.root.classList.add(kind);
  lane.root.setAttribute("aria-label", title);
  lane.canvas.setAttribute("aria-label", `Digit on the ${name}`);
  lane.key.setAttribute("class", `curve ${kind}`);
  lane.title.textContent = title;
  lane.note.textContent = note;
  for (const step of spreadSteps(codes.length, STRIP)) {
    const picture = make("canvas", { role: "img", "aria-label": `frame ${step + 1}` });
    drawDigit(picture, decode(model, codes[step]));
    lane.strip.append(make("button", { type: "button", "data-step": step }, picture));
  }
  const points = percentiles.map((value, i) => `${xOf(i, codes.length)},${yOf(value)}`);
  lane.curve = makeSvg("polyline", { class: `curve ${kind}`, points: points.join(" ") });
  lane.dot = makeSvg("circle", { class: `dot ${kind}`, r: 4.5 });
  lane.route = makeSvg("polyline", { class: `curve ${kind}` });
  lane.mark = makeSvg("circle", { class: `dot mark ${kind}`, r: 7 });
  return lane;
}

/** Build the place of the path along the data, as high as a path's view, while it is looked for. */
function buildAwaited(model, found) {
  const lane = buildLane(model, { ...found, name: "along the data", title: "Along the data", note: "" });
  lane.root.classList.add("awaited");
  setText(lane.place, "Finding a path along the data…");
  return lane.root;
}

const xOf = (step, steps) => PLOT.left + ((PLOT.right - PLOT.left) * step) / (steps - 1);
const yOf = (percentile) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * percentile) / 100;

function drawAxes(svg) {
  const drawing = drawOn(svg);
  const marks = [0, 50, 100].map((value) => [value, `${value}%`]);
  drawYAxis(drawing, marks, { ...PLOT, y: yOf });
  const names = { x_name: "position along the path", y_name: "more isolated than" };
  nameAxes(drawing, names, marks.map(([value, text]) => [xOf(value, 101), text]), { ...PLOT, foot: 42 });
}
