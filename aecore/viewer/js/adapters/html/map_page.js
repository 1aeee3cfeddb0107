// The latent space: the map, the pinned test digit, what is selected.

import { HALF, SINGLE, shortest, toCsv } from "../../core/csv.js";
import { build, make, setBoldText } from "../../core/dom.js";
import { drawDigits, GRAYS } from "../../core/image.js";
import { pointsWithin } from "../../core/geometry.js";
import { decode } from "../../model/network.js";
import { mountCharts } from "../../widgets/charts/charts.js";
import { mountScatterMap, pointsOf } from "../../widgets/scatter/scatter_map.js";
import { codeToText, labelsOf, outlineOf, outlineToText, pinOf } from "./state.js";
import { makeSegments, save } from "./controls.js";

const SHOWN = 48; // decoded digits of a selection
const VIEW = `
<section>
  <h2>The latent space</h2>
  <p class="lead">Each dot is the code of a test digit that the model has not seen in training. <b>Move the pointer</b> over
    the latent space, and your browser decodes the point under it; <b>click</b> to pin it.</p>
  <div ref="views"></div>
  <div ref="map"></div>
  <div ref="details"><label>Test digit no. <input ref="number" type="number" min="0" step="1"></label>
    <p ref="about"></p><p ref="accuracy" class="hint"></p></div>
  <div ref="selection" data-key="map_selection" hidden>
    <h3 ref="heading"></h3>
    <div class="columns">
      <div ref="counts"></div>
      <figure><canvas ref="mean" role="img" aria-label="Decoded mean code"></canvas><figcaption>Decoded mean code</figcaption></figure>
      <p ref="error"></p>
    </div>
    <canvas ref="digits" class="sheet" role="img"></canvas>
    <p ref="note" class="hint"></p>
    <div class="bar"><button ref="csv" type="button">Codes as CSV</button></div>
  </div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountMapPage(element, shell) {
  const view = build(VIEW);
  element.append(view.root);
  const views = makeSegments(view.views, "View", (name) => shell.change({ view: name, outline: null }));
  let opened = null;
  let serial = 0;
  let selected = []; // rows
  let outline = null;
  let shownOf = ""; // the model and view of the latest update

  const map = mountScatterMap(view.map, shell.makeHost(view.map, {
    release({ z, serial: latest }) {
      serial = latest;
      shell.change({ z: z ? codeToText(z) : null });
    },
    outline({ outline: next, labels }) {
      outline = next;
      shell.note({ outline: outlineToText(next) });
      select(next, labels);
    },
    hide(hidden) {
      shell.note({ hide: hidden.join() });
      if (outline) select(outline, shownLabels());
    },
  }));
  view.map.querySelector(".beside").append(view.details);
  const counts = mountCharts(view.counts, shell.makeHost(view.counts));

  const shownLabels = () => {
    const hidden = labelsOf(shell.state().hide);
    return [...new Set(opened.model.labels)].filter((label) => !hidden.includes(label));
  };
  const kindOf = () => {
    const { views: all } = opened.header;
    const flat = all.filter(({ kind }) => kind !== "space");
    return flat.find(({ name }) => name === shell.state().view) ?? flat[0];
  };

  /** Show what the digits within an outline have in common; nothing without one. */
  function select(corners, labels) {
    const { model, arrays } = opened;
    const inside = corners ? pointsWithin(pointsOf(model, kindOf().kind), corners) : [];
    selected = [...inside.keys()].filter((row) => inside[row] && labels.includes(model.labels[row]));
    view.selection.hidden = !corners;
    if (!corners) return;
    const total = model.count.toLocaleString("en");
    view.heading.textContent = `Selected: ${selected.length.toLocaleString("en")} of ${total} test digits`;
    const values = Array.from({ length: 10 }, (_, label) => selected.filter((row) => model.labels[row] === label).length);
    counts.update({ header: { charts: [chartOf(values)], note: "" }, arrays: {} });
    view.csv.disabled = !selected.length;
    for (const part of [view.mean.parentElement, view.digits]) part.hidden = !selected.length;
    view.note.textContent = view.error.textContent = "";
    if (!selected.length) return;
    const mean = Float32Array.from({ length: model.dim }, (_, i) => meanOf(selected, (row) => model.codes[row * model.dim + i]));
    drawDigits(view.mean, levelsOf(decode(model, mean)), GRAYS);
    const error = meanOf(selected, (row) => arrays.errors[row]);
    setBoldText(view.error, `Mean MSE of the selection **${error.toFixed(4)}**; all test digits: ${meanOf([...arrays.errors.keys()], (row) => arrays.errors[row]).toFixed(4)}`);
    const few = Array.from({ length: Math.min(SHOWN, selected.length) }, (_, i) =>
      selected[Math.round((i * (selected.length - 1)) / Math.max(Math.min(SHOWN, selected.length) - 1, 1))]);
    const levels = few.flatMap((row) => [...levelsOf(decode(model, model.codes.subarray(row * model.dim, (row + 1) * model.dim)))]);
    drawDigits(view.digits, Uint8Array.from(levels), GRAYS, { columns: 24 });
    view.note.textContent = `${few.length} of the selected digits, evenly spaced by number, decoded from their codes.`;
    view.digits.setAttribute("aria-label", view.note.textContent);
  }

  function chartOf(values) {
    const listed = values.map((count, label) => `${count} of ${label}`).join(", ");
    return {
      kind: "bars", title: "Selected digits by label", alt: `Bars: number of selected test digits with each label: ${listed}`,
      file: "selection", values, labels: values.map((_, label) => String(label)), notes: null, colors: shell.colors(),
      counted: true, least: 4, x_name: "label", y_name: "test digits", unit: "",
    };
  }

  view.csv.addEventListener("click", () => {
    const { model, arrays } = opened;
    const names = ["number", "label", "mse", ...Array.from({ length: model.dim }, (_, i) => `z${i + 1}`)];
    const rows = selected.map((row) => {
      const code = model.codes.subarray(row * model.dim, (row + 1) * model.dim);
      return [row, model.labels[row], shortest(arrays.errors[row], SINGLE), ...Array.from(code, (value) => shortest(value, HALF))];
    });
    save(`${opened.header.name}-selection.csv`, toCsv(names, rows));
  });
  view.number.addEventListener("change", () => {
    const { model } = opened;
    const number = Math.min(Math.max(Math.round(Number(view.number.value) || 0), 0), model.count - 1);
    serial += 1;
    shell.change({ z: codeToText(model.codes.subarray(number * model.dim, (number + 1) * model.dim)) });
  });

  return (next) => {
    opened = next;
    const { header, arrays, model } = next;
    const state = shell.state();
    const { name, kind, axes, numerals } = kindOf();
    const pin = pinOf(model, state.z);
    const shown = pin ?? { z: Array.from(model.codes.subarray(0, model.dim)), number: 0 };
    views.show(header.views.filter((each) => each.kind !== "space").map((each) => each.name), name);
    outline = outlineOf(state.outline);
    const hidden = labelsOf(state.hide);
    const settings = {
      view: kind, axes, numerals, colors: shell.colors(), hidden, serial, webgl: false, outline,
      pin: { ...shown, chosen: pin !== null },
    };
    map.update({ header: { ...header, settings }, arrays });
    view.number.max = model.count - 1;
    view.number.value = shown.number ?? "";
    view.number.placeholder = "none";
    setBoldText(view.about, shown.number === null
      ? "A free point, not a test digit"
      : `Label **${model.labels[shown.number]}** · reconstruction error (MSE) **${arrays.errors[shown.number].toFixed(4)}**`);
    const [accuracy, pca] = header.accuracy;
    if (accuracy && pca) {
      setBoldText(view.accuracy, `A 5-nearest-neighbor classifier on the latent codes is right for **${percent(accuracy)}** of the test digits (PCA: **${percent(pca)}**).`);
    }
    const now = [model.hash, kind, state.outline, shell.colors()].join();
    if (now !== shownOf) select(outline, shownLabels());
    shownOf = now;
  };
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const levelsOf = (pixels) => Uint8ClampedArray.from(pixels, (value) => 255 * value);
const meanOf = (rows, value) => rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
