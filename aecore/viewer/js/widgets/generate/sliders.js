// Generating digits: sliders over the latent code, samples, the digit, and how far it lies from the data.

import { isEqual } from "../../core/arrays.js";
import { classOf, inWords, picture } from "../../core/digit.js";
import { build, make } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { codeText, fixed, placeText, withArticle } from "../../core/text.js";
import { axisValue, moveAlong, moveTo, positionOf } from "../../model/axes.js";
import { measureDistance, showDigit, withModel, withPlace } from "../live_model.js";
import { makeHandle } from "../minimap/handle.js";
import { makeMinimap } from "../minimap/minimap.js";
import { SOURCES } from "./code_sources.js";

const PAGE = 12; // sliders at a time
const RELEASE_MS = 150; // a key held down repeats faster than this

const VIEW = `
<div class="frame">
  <div class="live workbench generate">
    <canvas ref="canvas" class="digit" role="img"></canvas>
    <figure ref="map"><figcaption ref="moves" class="hint"></figcaption></figure>
    <div class="readout">
      <div ref="gauge" class="gauge" role="meter" aria-label="Distance from the data" aria-valuemin="0" aria-valuemax="100">
        <div ref="bar"></div>
      </div>
      <p class="distance"><strong ref="verdict"></strong><span ref="distance"></span></p>
      <p><span ref="code" class="code"></span> <span ref="from" class="hint"></span></p>
      <p ref="spoken" class="spoken" aria-live="polite"></p>
    </div>
    <div class="sliders">
      <div ref="pages" class="bar pages">
        <button ref="back" type="button" aria-label="Stronger axes">‹</button>
        <span ref="range" role="status"></span>
        <button ref="onward" type="button" aria-label="Weaker axes">›</button>
      </div>
      <div ref="list"></div>
      <p class="hint"><span ref="shares">Along the codes’ principal axes, with their shares of the variance. </span>Double-click
        a slider, or press Delete on it, to reset it.</p>
      <div class="bar">
        <label>Sample from <select ref="source" name="source"></select></label>
        <label ref="labeling">Class <select ref="label" name="label"></select></label>
        <button ref="sample" type="button" class="random">Sample a code</button>
        <button ref="reset" type="button" class="reset">Reset to the mean</button>
      </div>
      <p ref="hint" class="hint"></p>
    </div>
  </div>
</div>`;
const ROW = `
<label class="slider"><span ref="name" class="name"></span><input ref="input" type="range" step="any"><output
  ref="output"></output></label>`;

/** Build the view with its sliders, which stand before the help. */
function buildView() {
  const view = build(VIEW);
  view.rows = Array.from({ length: PAGE }, () => build(ROW));
  view.list.replaceWith(...view.rows.map(({ root }) => root));
  view.source.append(...SOURCES.map(({ name }, i) => make("option", { value: i }, name)));
  return view;
}

/** Return how sliders move a code: one dimension each, or one principal axis each. */
function moverOf(model, isAlongAxes) {
  if (!isAlongAxes) {
    return { rest: (k) => model.mean[k], value: (z, k) => z[k], move: (z, k, value) => (z[k] = value) };
  }
  return {
    rest: () => 0,
    value: (z, k) => axisValue(model, z, k),
    move: (z, k, value) => moveAlong(model, z, k, value),
  };
}

/** Return what dragging the point on the map moves. */
function describeMoves(dim) {
  if (dim === 1) {
    const height = picture.isLabeled ? inWords(" The height is the class of the nearest test digit.") : "";
    return `Drag the point to move z1.${height}`;
  }
  if (dim === 2) return "Drag the point to move z1 (across) and z2 (up).";
  return "Drag the point to move the code along its first two principal axes; it keeps its place along all others.";
}

export const mountSliders = withModel((element, host, scope) => {
  const view = buildView();
  scope.add(element, view.root);
  const minimap = makeMinimap(scope, view.map, "Where the code lies among those of the test digits", () => handle.follow());
  const handle = makeHandle(scope, minimap, { move: drag, end: release });

  let model = null;
  let settings = null;
  let wasPreview = false; // the latest message
  let colors = ""; // of the map
  let mover = null;
  let z = null; // Float32Array (D)
  let first = 0; // the slider on top
  let isHeld = false; // a pointer is down on a slider
  let isOwed = false; // Python has not been told of z yet
  const timer = scope.makeTimer();
  let moved = null; // the row of the slider in hand

  function draw() {
    const pixels = showDigit(model, z, view.canvas);
    if (moved !== null) showValue(moved, mover.value(z, first + moved));
    showPlace(pixels);
    view.code.textContent = codeText(z);
  }
  const loop = makeFrameLoop(scope, draw);

  function showPlace(pixels) {
    const found = withPlace(model, measureDistance(model, z), pixels);
    const [verdict, reasons] = placeText(found);
    const off = ["outside", "between"].includes(found.place);
    handle.place(positionOf(model, z, found.nearestLabel));
    view.gauge.setAttribute("aria-valuenow", found.percentile.toFixed(2));
    view.bar.style.transform = `scaleX(${found.percentile / 100})`; // no layout, as a width would need
    view.gauge.classList.toggle("off", found.place === "outside");
    view.verdict.textContent = verdict;
    view.verdict.classList.toggle("off", off);
    view.distance.textContent = reasons;
  }

  /** Let the sliders on show follow z. */
  function placeSliders() {
    moved = null;
    const count = settings.limits.length;
    view.rows.forEach(({ root, name, input }, i) => {
      const k = first + i;
      root.hidden = k >= count;
      if (root.hidden) return;
      const value = mover.value(z, k);
      const [low, high] = settings.limits[k];
      input.min = Math.min(low, value);
      input.max = Math.max(high, value);
      input.value = value;
      name.textContent = settings.names[k];
      input.setAttribute("aria-label", settings.names[k]);
      showValue(i, value);
    });
    const last = Math.min(first + PAGE, count);
    view.shares.hidden = !settings.along_axes;
    view.pages.hidden = count <= PAGE;
    view.range.textContent = `axes ${first + 1}–${last} of ${count}`;
    view.back.disabled = first === 0;
    view.onward.disabled = last === count;
  }

  function showValue(i, value) {
    const { input, output } = view.rows[i];
    output.textContent = fixed(value);
    input.setAttribute("aria-valuetext", fixed(value));
  }

  function jump(code, event, from = "") {
    z = Float32Array.from(code);
    view.from.textContent = from;
    placeSliders();
    loop.request(event);
    release();
  }

  function drag(position, event) {
    moveTo(model, z, position);
    view.from.textContent = "";
    placeSliders();
    loop.request(event);
  }

  const nameDigit = () => view.canvas.setAttribute("aria-label", `The digit of ${codeText(z)}`);

  /** Report the code, once things have come to rest. */
  function release() {
    isOwed = true;
    timer.start(() => {
      if (isHeld) return; // letting go comes back here
      isOwed = false;
      view.spoken.textContent = `${view.verdict.textContent}${view.distance.textContent}`;
      nameDigit();
      host.send("release", { hash: model.hash, z: Array.from(z) });
    }, RELEASE_MS);
  }

  view.rows.forEach(({ input }, index) => {
    const reset = (event) => {
      mover.move(z, first + index, mover.rest(first + index));
      jump(z, event);
    };
    scope.listen(input, "input", (event) => {
      mover.move(z, first + index, Number(input.value));
      moved = index; // the others stay: the axes are at right angles
      view.from.textContent = "";
      loop.request(event);
    });
    scope.listen(input, "change", release);
    scope.listen(input, "pointerdown", () => (isHeld = true));
    scope.listen(input, "dblclick", reset);
    scope.listen(input, "keydown", (event) => {
      if (event.key === "Backspace" || event.key === "Delete") reset(event);
    });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    const letGo = () => {
      if (isHeld && isOwed) release();
      isHeld = false;
    };
    scope.listen(window, end, letGo, { capture: true });
  }
  const turn = (by) => () => {
    first += by;
    placeSliders();
  };
  scope.listen(view.back, "click", turn(-PAGE));
  scope.listen(view.onward, "click", turn(PAGE));
  scope.listen(view.reset, "click", (event) => jump(model.mean, event));
  scope.listen(view.source, "change", showSource);
  scope.listen(view.sample, "click", (event) => {
    const label = view.label.value === "" ? null : Number(view.label.value);
    const { z: code, from = "" } = SOURCES[view.source.value].sample(model, label);
    jump(code, event, from && `From ${from}.`);
  });

  /** Explain the chosen source, and offer the classes it can be asked for. */
  function showSource() {
    const source = SOURCES[view.source.value];
    const labels = [...new Set(model.labels)].sort();
    const chosen = view.label.value;
    view.hint.textContent = source.hint(model);
    view.labeling.hidden = !source.isByLabel || !picture.isLabeled;
    const options = labels.map((label) => make("option", { value: label }, classOf(label)));
    if (source.isAnyOffered) options.unshift(make("option", { value: "" }, "any"));
    view.label.replaceChildren(...options);
    view.label.value = chosen !== "" && source.isByLabel ? chosen : source.isAnyOffered ? "" : labels[0];
  }

  return (header, latest) => {
    const isOther = latest !== model;
    const before = settings;
    const isForeseen = wasPreview && !isOther && isEqual(header.settings.z, before.z);
    wasPreview = header.isPreview;
    settings = header.settings;
    if (isOther || settings.colors.join() !== colors) {
      colors = settings.colors.join();
      minimap.show(latest, settings.colors);
    }
    if (!isOther && settings.revision === before.revision) return;
    if (!isOther && isEqual(z, Float32Array.from(settings.z))) return; // it is on show
    if (isForeseen) return release(); // the preview has shown it, and the visitor has moved it since
    if (isOther) first = 0;
    model = latest;
    mover = moverOf(model, settings.along_axes);
    z = Float32Array.from(settings.z);
    view.from.textContent = view.spoken.textContent = "";
    view.moves.textContent = describeMoves(model.dim);
    nameDigit();
    showSource();
    placeSliders();
    draw(); // with the rest of the page, not a frame later
  };
});
