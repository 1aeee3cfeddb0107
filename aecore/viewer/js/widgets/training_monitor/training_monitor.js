// `/train`: a run as it forms. New epochs come in; what is on show is drawn here, and looking back
// costs the server nothing. Follows loss.js.

import { make, makeSvg } from "../../core/dom.js";
import { DIGIT_SIDE } from "../../core/image.js";
import { unpack } from "../../core/message.js";
import { errorText, makeLoss } from "./loss_curve.js";
import { makeCloud } from "./moving_scatter.js";
import { keep, placeOf } from "./run_store.js";

const GLIDE = { live: 600, jump: 120 }; // ms from one frame to the next
const PLAY = { step: 260, whole: 6000 }; // ms that a frame and a whole run take, at most
const GAP = 2; // pixels between pictures

/** What tests read; the page itself never does. */
const meter = (globalThis.__aecoreForming ??= { key: null, shown: null, epochs: [], received: 0, needs: 0, instances: 0 });

function buildForming() {
  const state = make("b");
  const detail = make("span", { class: "detail" });
  const bar = make("div", { class: "progress", role: "progressbar", "aria-label": "Training", "aria-valuemin": 0, "aria-valuemax": 100 }, make("i"));
  const dots = make("canvas", { role: "img" });
  const wait = make("p", { class: "wait" });
  const mapText = make("figcaption");
  const map = make("figure", { class: "map" }, make("div", { class: "sheet" }, dots, wait), mapText);
  const plot = makeSvg("svg", { role: "img" });
  const legend = make("figcaption", { class: "legend" });
  const loss = make("figure", { class: "loss" }, make("h4", {}, "Mean squared error per pixel"), legend, plot);
  const strips = make("div", { class: "strips" });
  const digits = make("figure", { class: "digits" }, make("h4", {}, "One test digit of each label"), strips);
  const filters = make("canvas", { role: "img" });
  const filtersText = make("span");
  const units = make("figure", { class: "filters" }, make("h4", {}, "What the first units look for ", filtersText), filters);
  const play = make("button", { type: "button", class: "play" }, "▶ Play");
  const scrub = make("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Epoch on show" });
  const place = make("output");
  const live = make("button", { type: "button", class: "live", hidden: "" }, "Live");
  const numbers = make("tbody");
  const heads = ["epoch", "loss", "train MSE", "test MSE"].map((text) => make("th", { scope: "col" }, text));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), numbers);
  const details = make("details", {}, make("summary", {}, "Numbers of every epoch"), make("div", {}, table));
  const spoken = make("p", { class: "spoken", "aria-live": "polite" });
  const root = make(
    "div",
    { class: "forming" },
    make("p", { class: "status" }, state, detail),
    bar,
    make("div", { class: "scrubber" }, play, scrub, place, live),
    make("div", { class: "stage" }, map, make("div", { class: "side" }, loss, digits, units)),
    details,
    spoken,
  );
  return { root, state, detail, bar, dots, wait, mapText, plot, legend, strips, digits, filters, filtersText, units, play, scrub, place, live, numbers, details, spoken };
}

function createForming(parentElement) {
  const view = buildForming();
  parentElement.append(view.root);
  let header = null;
  let run = null;
  let cloud = null;
  let following = true; // the newest frame is on show
  let shown = null; // epoch
  let drawn = null; // the frame in the pictures
  let charted = ""; // what the chart was drawn from
  let timer = 0;
  const loss = makeLoss(view.plot, view.legend, (epoch) => {
    rest();
    show(nearest(epoch), GLIDE.jump);
  });

  const nearest = (epoch) =>
    run.epochs.reduce((best, each) => (Math.abs(each - epoch) < Math.abs(best - epoch) ? each : best), run.epochs[0]);

  /** Put the frame of an epoch on show, and all that belongs to it. */
  function show(epoch, ms) {
    if (epoch === undefined) epoch = null;
    shown = epoch;
    following = epoch === null || epoch === run.epochs.at(-1);
    const frame = run.frames.get(epoch);
    if (frame) cloud.show(placeOf(frame, run), run.scene.labels, ms);
    if (frame && frame !== drawn) {
      drawn = frame;
      drawDigits(frame);
      drawFilters(frame);
    }
    view.scrub.value = Math.max(run.epochs.indexOf(epoch), 0);
    const record = run.records.find((each) => each.epoch === epoch);
    const error = record ? `, test error ${errorText(record.test)}` : "";
    view.place.textContent = epoch === null ? "" : epoch ? `epoch ${epoch}` : "before training";
    view.scrub.setAttribute("aria-valuetext", view.place.textContent + error);
    view.live.hidden = !header.active || following;
    const { total, pca, pcaName, reference } = header;
    const basis = JSON.stringify([header.key, run.records.length, pca, reference?.name, total, epoch]);
    if (basis !== charted) loss.show({ records: run.records, pca, pcaName, reference, total, shown: epoch });
    charted = basis;
    view.plot.setAttribute("aria-label", `Errors over the epochs, on a logarithmic axis. ${header.spoken}`);
    view.dots.setAttribute(
      "aria-label",
      `The map of ${run.scene?.labels.length.toLocaleString("en") ?? "no"} test digits, ${view.place.textContent}${error}`,
    );
    meter.shown = epoch;
  }

  function drawDigits({ outputs, mse }) {
    const { inputs, targets, corrupted, names } = run.scene;
    const series = [["input", inputs], ...(corrupted ? [["clean", targets]] : []), ["output", outputs]];
    if (view.strips.childElementCount !== 2 * series.length) {
      view.strips.replaceChildren(
        ...series.flatMap(([name]) => [make("span", {}, name), make("canvas", { role: "img" })]),
      );
    }
    series.forEach(([name, levels], row) => {
      const canvas = view.strips.children[2 * row + 1];
      paint(canvas, levels, names.length, (level) => [level, level, level]);
      canvas.setAttribute("aria-label", `${name}: the digits ${names.join(", ")}`);
    });
    view.strips.lastElementChild.title = mse.map((error, i) => `${names[i]}: ${errorText(error)}`).join("\n");
  }

  function drawFilters({ filters, limit }) {
    const { palette } = run.scene;
    paint(view.filters, filters, 8, (level) => palette.subarray(3 * level, 3 * level + 3));
    view.filtersText.textContent = `−${limit.toPrecision(2)} (blue) to ${limit.toPrecision(2)} (red)`;
    view.filters.setAttribute("aria-label", `The weights of ${filters.length / DIGIT_SIDE ** 2} units of the first layer as pictures`);
  }

  function rest() {
    clearInterval(timer);
    timer = 0;
    view.play.textContent = "▶ Play";
  }

  function play() {
    const step = Math.min(PLAY.step, PLAY.whole / run.epochs.length);
    if (shown === run.epochs.at(-1)) show(run.epochs[0], GLIDE.jump);
    view.play.textContent = "❚❚ Pause";
    timer = setInterval(() => {
      const next = run.epochs[run.epochs.indexOf(shown) + 1];
      if (next !== undefined) show(next, 1.5 * step);
      if (next === undefined || next === run.epochs.at(-1)) rest();
    }, step);
  }

  view.play.addEventListener("click", () => (timer ? rest() : play()));
  view.scrub.addEventListener("input", () => {
    rest();
    show(run.epochs[Number(view.scrub.value)], GLIDE.jump);
  });
  view.live.addEventListener("click", () => {
    rest();
    show(run.epochs.at(-1), GLIDE.jump);
  });
  view.details.addEventListener("toggle", fillTable);

  function fillTable() {
    if (!view.details.open || !run) return;
    const rows = run.records.map(({ epoch, loss: whole, train, test }) =>
      make("tr", {}, ...[epoch, ...[whole, train, test].map(errorText)].map((text) => make("td", {}, String(text)))),
    );
    view.numbers.replaceChildren(...rows);
  }

  function say() {
    const { active, share } = header;
    view.state.textContent = header.headline;
    view.detail.textContent = header.detail;
    view.root.dataset.state = header.state;
    view.bar.hidden = !active;
    view.bar.firstElementChild.style.width = `${100 * share}%`;
    view.bar.setAttribute("aria-valuenow", Math.round(100 * share));
    if (view.spoken.textContent !== header.spoken) view.spoken.textContent = header.spoken;
    const ready = run.epochs.length > 0;
    view.wait.hidden = ready;
    view.wait.textContent = header.waiting;
    view.mapText.textContent = header.caption;
    view.play.disabled = view.scrub.disabled = run.epochs.length < 2;
    view.scrub.max = Math.max(run.epochs.length - 1, 0);
    for (const part of [view.digits, view.units]) part.classList.toggle("empty", !ready);
  }

  return {
    /** Follow a message and what this tab holds of its run. */
    update(next, found) {
      const another = next.key !== header?.key;
      const epochs = run?.epochs.length;
      header = next;
      run = found;
      cloud ??= makeCloud(view.dots, header.colors);
      if (another) {
        rest();
        following = true;
        if (!run.epochs.length) cloud.clear();
      }
      say();
      fillTable();
      const newest = run.epochs.at(-1);
      if (timer && !another) show(shown, 0);
      else show(following || !run.frames.has(shown) ? newest : shown, another || !epochs ? 0 : GLIDE.live);
      Object.assign(meter, { key: header.key, epochs: run.epochs, state: header.state });
    },
    dispose() {
      rest();
      cloud?.dispose();
      loss.dispose();
      view.root.remove();
      meter.instances -= 1;
    },
  };
}

/** Pictures of 784 levels each in rows of `columns`; `color(level)` is red, green and blue. */
function paint(canvas, levels, columns, color) {
  const size = DIGIT_SIDE * DIGIT_SIDE;
  const count = levels.length / size;
  const step = DIGIT_SIDE + GAP;
  const wide = Math.min(columns, count);
  canvas.width = wide * step - GAP;
  canvas.height = Math.ceil(count / columns) * step - GAP;
  const context = canvas.getContext("2d");
  const cell = context.createImageData(DIGIT_SIDE, DIGIT_SIDE);
  for (let picture = 0; picture < count; picture++) {
    for (let i = 0; i < size; i++) cell.data.set([...color(levels[picture * size + i]), 255], 4 * i);
    context.putImageData(cell, (picture % columns) * step, Math.floor(picture / columns) * step);
  }
}

const instances = new WeakMap(); // parent element -> instance

/** Streamlit calls this on every change of data or theme: one instance lives through them all. */
export function forming(component) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { calls: 0, asked: null, page: createForming(parentElement) };
    instances.set(parentElement, instance);
    meter.instances += 1;
  }
  const call = ++instance.calls;
  const { header, arrays } = unpack(data);
  meter.received += header.frames.length;
  const run = keep(header, arrays);
  if (run) {
    instance.page.update(header, run);
  } else if (instance.asked !== data) {
    instance.asked = data; // the same message can come again, with another theme
    meter.needs += 1;
    component.setTriggerValue("need", header.key);
  }
  return () => {
    if (instance.calls !== call || instances.get(parentElement) !== instance) return;
    instances.delete(parentElement);
    instance.page.dispose();
  };
}
