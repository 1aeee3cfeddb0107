// `/generate`: sliders over the code, random draws, the digit, and how far it lies off the map.

import { live } from "../../adapters/streamlit.js";
import { make } from "../../core/dom.js";
import { makeLoop } from "../../core/frame_loop.js";
import { makeScope } from "../../core/scope.js";
import { OFF_THE_MAP, codeText, distanceText, inWords } from "../../core/text.js";
import { axisValue } from "../../model/axes.js";
import { mapDistance } from "../../model/neighbors.js";
import { SOURCES } from "../../model/sampling.js";
import { show } from "../show.js";

const PAGE = 12; // sliders at a time
const RELEASE_MS = 150; // a key held down repeats faster than this

/** What the sliders move: one dimension each, or one principal axis each, from `first` on. */
function slidersOver(model, settings) {
  const along = settings.along_axes;
  return {
    rest: (k) => (along ? 0 : model.mean[k]),
    value: (z, k) => (along ? axisValue(model, z, k) : z[k]),
    move(z, k, value) {
      if (!along) {
        z[k] = value;
        return;
      }
      const step = value - axisValue(model, z, k);
      for (let i = 0; i < model.dim; i++) z[i] += step * model.axes[k * model.dim + i];
    },
  };
}

function createGenerator(parentElement, send) {
  const scope = makeScope();
  const view = buildGenerator();
  parentElement.append(view.root);
  scope.onDispose(() => view.root.remove());

  let model = null;
  let settings = null;
  let sliders = null;
  let z = null; // Float32Array (D)
  let first = 0; // the slider on top
  let held = false; // a pointer is down on a slider
  let owed = false; // Python has not heard of z yet
  let timer = 0;

  let moved = null; // the row of the slider in hand

  const loop = makeLoop(() => {
    show(model, z, view.canvas);
    if (moved !== null) say(moved, sliders.value(z, first + moved));
    const { off, text } = distanceText(showDistance());
    view.verdict.textContent = off ? "Off the map" : "On the map";
    view.verdict.classList.toggle("off", off);
    view.distance.textContent = `: ${text}`;
    view.code.textContent = codeText(z);
  });
  scope.onDispose(() => {
    loop.cancel();
    clearTimeout(timer);
  });

  function showDistance() {
    const found = mapDistance(model, z);
    view.gauge.setAttribute("aria-valuenow", found.percentile.toFixed(2));
    view.gauge.classList.toggle("off", found.percentile >= OFF_THE_MAP);
    view.bar.style.transform = `scaleX(${found.percentile / 100})`; // no layout, as a width would need
    return found;
  }

  /** The sliders on show follow z. */
  function place() {
    moved = null;
    view.rows.forEach(({ row, name, input, output }, i) => {
      const k = first + i;
      row.hidden = k >= settings.limits.length;
      if (row.hidden) return;
      const value = sliders.value(z, k);
      const [low, high] = settings.limits[k];
      input.min = Math.min(low, value);
      input.max = Math.max(high, value);
      input.value = value;
      name.textContent = settings.names[k];
      input.setAttribute("aria-label", settings.names[k]);
      say(i, value);
    });
    const last = Math.min(first + PAGE, settings.limits.length);
    view.shares.hidden = !settings.along_axes;
    view.pages.hidden = settings.limits.length <= PAGE;
    view.range.textContent = `axes ${first + 1}–${last} of ${settings.limits.length}`;
    view.back.disabled = first === 0;
    view.onward.disabled = last === settings.limits.length;
  }

  function say(i, value) {
    const { input, output } = view.rows[i];
    output.textContent = inWords(value);
    input.setAttribute("aria-valuetext", inWords(value));
  }

  function jump(code, event, from = "") {
    z = Float32Array.from(code);
    view.from.textContent = from;
    place();
    loop.request(event);
    release();
  }

  /** Tell Python, once things have come to rest. */
  function release() {
    owed = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (held) return; // letting go comes back here
      owed = false;
      view.spoken.textContent = `${view.verdict.textContent}${view.distance.textContent}`;
      view.canvas.setAttribute("aria-label", `The digit of ${codeText(z)}`);
      send("release", { hash: model.hash, z: Array.from(z) });
    }, RELEASE_MS);
  }

  view.rows.forEach(({ input }, index) => {
    scope.listen(input, "input", (event) => {
      sliders.move(z, first + index, Number(input.value));
      moved = index; // the others stay: the axes are at right angles
      view.from.textContent = "";
      loop.request(event);
    });
    scope.listen(input, "change", release);
    scope.listen(input, "pointerdown", () => (held = true));
    const reset = (event) => {
      sliders.move(z, first + index, sliders.rest(first + index));
      jump(z, event);
    };
    scope.listen(input, "dblclick", reset);
    scope.listen(input, "keydown", (event) => {
      if (event.key === "Backspace" || event.key === "Delete") reset(event);
    });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    scope.listen(window, end, letGo, { capture: true });
  }
  scope.listen(view.back, "click", () => turn(-PAGE));
  scope.listen(view.onward, "click", () => turn(PAGE));
  scope.listen(view.reset, "click", (event) => jump(model.mean, event));
  scope.listen(view.source, "change", explain);
  scope.listen(view.draw, "click", (event) => {
    const source = SOURCES[view.source.value];
    const label = view.label.value === "" ? null : Number(view.label.value);
    const { z: drawn, from = "" } = source.draw(model, label);
    jump(drawn, event, from && `From ${from}.`);
  });

  function letGo() {
    if (held && owed) release();
    held = false;
  }

  function turn(by) {
    first += by;
    place();
  }

  /** Say what the chosen source is, and offer the digits it can be asked for. */
  function explain() {
    const source = SOURCES[view.source.value];
    const labels = [...new Set(model.labels)].sort();
    const chosen = view.label.value;
    view.hint.textContent = source.hint(model);
    view.labeling.hidden = !source.labeled;
    const options = labels.map((label) => make("option", { value: label }, String(label)));
    if (source.any) options.unshift(make("option", { value: "" }, "any"));
    view.label.replaceChildren(...options);
    view.label.value = chosen !== "" && source.labeled ? chosen : source.any ? "" : labels[0];
  }

  return {
    update(header, found) {
      const fresh = found !== model || header.settings.revision !== settings.revision;
      settings = header.settings;
      if (!fresh) return;
      if (found !== model) first = 0;
      model = found;
      sliders = slidersOver(model, settings);
      z = Float32Array.from(settings.z);
      view.from.textContent = "";
      view.canvas.setAttribute("aria-label", `The digit of ${codeText(z)}`);
      explain();
      place();
      loop.request();
    },
    dispose: scope.dispose,
  };
}

function buildGenerator() {
  const rows = Array.from({ length: PAGE }, () => {
    const name = make("span", { class: "name" });
    const input = make("input", { type: "range", step: "any" });
    const output = make("output");
    return { row: make("label", { class: "slider" }, name, input, output), name, input, output };
  });
  const back = make("button", { type: "button", "aria-label": "Stronger axes" }, "‹");
  const onward = make("button", { type: "button", "aria-label": "Weaker axes" }, "›");
  const range = make("span", { role: "status" });
  const pages = make("div", { class: "bar pages" }, back, range, onward);

  const options = SOURCES.map(({ name }, i) => make("option", { value: i }, name));
  const source = make("select", { name: "source" }, ...options);
  const label = make("select", { name: "label" });
  const labeling = make("label", {}, "Digit ", label);
  const draw = make("button", { type: "button", class: "random" }, "Draw a code");
  const reset = make("button", { type: "button", class: "reset" }, "Reset to the mean");
  const hint = make("p", { class: "hint" });
  const drawing = make("div", { class: "bar" }, make("label", {}, "From ", source), labeling, draw, reset);

  const canvas = make("canvas", { class: "digit", role: "img" });
  const bar = make("div");
  const gauge = make(
    "div",
    { class: "gauge", role: "meter", "aria-label": "Distance off the map", "aria-valuemin": 0, "aria-valuemax": 100 },
    bar,
  );
  const verdict = make("strong");
  const distance = make("span");
  const code = make("p", { class: "code" });
  const from = make("p", { class: "hint" });
  const spoken = make("p", { class: "spoken", "aria-live": "polite" });
  const shares = make("span", {}, "Along the codes' principal axes; per cent: their shares of the variance. ");
  const help = make("p", { class: "hint" }, shares, "Double-click a slider, or press Delete on it, to reset it.");

  const root = make(
    "div",
    { class: "live workbench generate" },
    make("div", { class: "sliders" }, pages, ...rows.map(({ row }) => row), help, drawing, hint),
    make("div", { class: "picture" }, canvas, gauge, make("p", { class: "distance" }, verdict, distance), code, from, spoken),
  );
  return {
    root, rows, shares, back, onward, range, pages, source, label, labeling, draw, reset, hint,
    canvas, bar, gauge, verdict, distance, code, from, spoken,
  };
}

export function generate(component) {
  return live(component, createGenerator);
}
