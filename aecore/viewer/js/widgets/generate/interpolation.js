// `/generate`, from one digit to another: two paths side by side, to play and to scrub.

import { live } from "../../adapters/streamlit.js";
import { make, makeSvg } from "../../core/dom.js";
import { makeLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { makeScope } from "../../core/scope.js";
import { decode } from "../../model/network.js";
import { show } from "../show.js";

const FRAME_MS = 60; // as in the animation that can be downloaded
const STRIP = 11;
const PLOT = { width: 640, height: 206, left: 76, right: 12, top: 12, bottom: 48 };

function createJourney(parentElement) {
  const scope = makeScope();
  const view = buildJourney();
  parentElement.append(view.root);
  scope.onDispose(() => view.root.remove());

  let model = null;
  let token = null;
  let paths = []; // {name, codes: [Float32Array (D)], percentiles, view}
  let started = null; // when the first frame of the playing was shown, null while it rests
  let frame = 0;

  const steps = () => paths[0].codes.length;
  const loop = makeLoop(() => {
    const step = Number(view.scrub.value);
    for (const path of paths) {
      show(model, path.codes[step], path.view.canvas);
      path.view.share.textContent = `${path.percentiles[step].toFixed(0)}%`;
      const x = xOf(step, steps());
      path.view.dot.setAttribute("cx", x);
      path.view.dot.setAttribute("cy", yOf(path.percentiles[step]));
      view.cursor.setAttribute("x1", x);
      view.cursor.setAttribute("x2", x);
    }
    view.place.textContent = `${step + 1} of ${steps()}`;
    view.scrub.setAttribute("aria-valuetext", `frame ${view.place.textContent}`);
  });

  function goTo(step, event) {
    view.scrub.value = step;
    loop.request(event);
  }

  function play() {
    const from = Number(view.scrub.value) % (steps() - 1); // from the end: once more
    started = performance.now() - from * FRAME_MS;
    frame = requestAnimationFrame(advance);
    view.play.textContent = "❚❚ Pause";
  }

  function rest() {
    started = null;
    cancelAnimationFrame(frame);
    view.play.textContent = "▶ Play";
  }

  function advance(now) {
    const step = Math.min(Math.max(Math.floor((now - started) / FRAME_MS), 0), steps() - 1);
    goTo(step);
    if (step === steps() - 1) rest();
    else frame = requestAnimationFrame(advance);
  }

  scope.onDispose(() => {
    rest();
    loop.cancel();
  });
  scope.listen(view.play, "click", () => (started === null ? play() : rest()));
  scope.listen(view.scrub, "input", (event) => {
    rest();
    loop.request(event);
  });
  scope.listen(view.root, "click", (event) => {
    const step = event.target.closest?.("[data-step]")?.dataset.step;
    if (step === undefined) return;
    rest();
    goTo(Number(step), event);
  });

  return {
    update(header, found) {
      if (found === model && header.settings.token === token) return;
      rest();
      model = found;
      token = header.settings.token;
      paths = header.settings.paths.map((path) => ({
        ...path,
        codes: path.codes.map((code) => Float32Array.from(code)),
      }));
      view.scrub.max = steps() - 1;
      view.scrub.value = 0;
      for (const path of paths) path.view = buildLane(model, path);
      view.lanes.replaceChildren(...paths.map((path) => path.view.lane));
      view.plot.replaceChildren(...buildAxes(steps()), view.cursor);
      for (const path of paths) view.plot.append(path.view.curve, path.view.dot);
      view.plot.setAttribute("aria-label", spokenPlot(paths));
      loop.request();
    },
    dispose: scope.dispose,
  };
}

function buildJourney() {
  const play = make("button", { type: "button", class: "play" }, "▶ Play");
  const scrub = make("input", { type: "range", min: 0, step: 1, "aria-label": "Frame of both paths" });
  const place = make("output");
  const lanes = make("div", { class: "lanes" });
  const cursor = makeSvg("line", { class: "cursor", y1: PLOT.top, y2: PLOT.height - PLOT.bottom });
  const plot = makeSvg("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "img", class: "plot" });
  const bar = make("div", { class: "bar" }, play, scrub, place);
  const caption = make(
    "p",
    { class: "hint" },
    "How far off the map the way leads: farther out than this share of the test digits.",
  );
  const root = make("div", { class: "live workbench journey" }, lanes, bar, plot, caption);
  return { root, play, scrub, place, lanes, cursor, plot };
}

/** One path: its name, the digit of the frame on show, a strip of 11, its line in the plot. */
function buildLane(model, path) {
  const kind = path.name.replaceAll(" ", "-");
  const canvas = make("canvas", { class: "digit", role: "img", "aria-label": `Digit on the ${path.name}` });
  const share = make("output");
  const gap = (path.codes.length - 1) / (STRIP - 1);
  const strip = Array.from({ length: STRIP }, (_, i) => {
    const step = Math.round(i * gap);
    const picture = make("canvas", { role: "img", "aria-label": `frame ${step + 1}` });
    drawDigit(picture, decode(model, path.codes[step]));
    return make("button", { type: "button", "data-step": step }, picture);
  });
  const title = make("h4", {}, makeKey(kind), path.title, make("small", {}, ` ${path.note}`));
  const facts = make("p", {}, "farther out than ", share, " of the test digits");
  const lane = make(
    "section",
    { class: `lane ${kind}`, "aria-label": path.title },
    canvas,
    make("div", {}, title, make("div", { class: "strip" }, ...strip), facts),
  );
  const points = path.percentiles.map((value, i) => `${xOf(i, path.codes.length)},${yOf(value)}`);
  const curve = makeSvg("polyline", { class: `curve ${kind}`, points: points.join(" ") });
  const dot = makeSvg("circle", { class: `dot ${kind}`, r: 4.5 });
  return { lane, canvas, share, curve, dot };
}

/** A piece of the path's line, as in a legend. */
function makeKey(kind) {
  const line = makeSvg("line", { class: `curve ${kind}`, x1: 0, x2: 26, y1: 6, y2: 6 });
  return makeSvg("svg", { viewBox: "0 0 26 12", class: "key", "aria-hidden": "true" }, line);
}

function xOf(step, steps) {
  return PLOT.left + ((PLOT.width - PLOT.left - PLOT.right) * step) / (steps - 1);
}

function yOf(percentile) {
  return PLOT.height - PLOT.bottom - ((PLOT.height - PLOT.top - PLOT.bottom) * percentile) / 100;
}

function buildAxes(steps) {
  const bottom = PLOT.height - PLOT.bottom;
  const lines = [0, 50, 100].flatMap((value) => [
    makeSvg("line", { class: "grid", x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: yOf(value), y2: yOf(value) }),
    makeSvg("text", { x: PLOT.left - 6, y: yOf(value) + 4, "text-anchor": "end" }, `${value}%`),
  ]);
  const ticks = [0, 0.5, 1].map((share) =>
    makeSvg(
      "text",
      { x: xOf(share * (steps - 1), steps), y: bottom + 17, "text-anchor": ["start", "middle", "end"][2 * share] },
      `${100 * share}%`,
    ),
  );
  const [across, up] = [(PLOT.left + PLOT.width - PLOT.right) / 2, (PLOT.top + bottom) / 2];
  const names = [
    makeSvg("text", { x: across, y: PLOT.height - 6, "text-anchor": "middle" }, "way traveled"),
    makeSvg("text", { x: 16, y: up, transform: `rotate(-90 16 ${up})`, "text-anchor": "middle" }, "farther out than"),
  ];
  return [...lines, ...ticks, ...names];
}

function spokenPlot(paths) {
  const worst = paths.map(({ title, percentiles }) => `${title} up to ${Math.max(...percentiles).toFixed(0)}%`);
  return `Distance off the map along both paths: ${worst.join(", ")}`;
}

export function journey(component) {
  return live(component, createJourney);
}
