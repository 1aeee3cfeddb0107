// The latent space: the map, the pinned test digit, what is selected.

import { markedRows } from "../../core/arrays.js";
import { inWords, picture } from "../../core/digit.js";
import { build, setBoldText } from "../../core/dom.js";
import { pointsWithin } from "../../core/geometry.js";
import { drawDigit } from "../../core/image.js";
import { codeOf, pointsOf } from "../../model/axes.js";
import { hasWebGL } from "../../widgets/latent_map/latent_map.js";
import { mountScatterMap } from "../../widgets/scatter/scatter_map.js";
import { mountSelection } from "../../widgets/selection/selection.js";
import { makeSegments } from "./controls.js";
import { codeToText, labelsOf, outlineOf, outlineToText, pinOf, selectedOf } from "./state.js";

const VIEW = `
<section>
  <h2>The latent space</h2>
  <p class="lead">Each dot is the code of a test digit that the model has not seen in training. <b>Move the pointer</b> over
    the latent space, and your browser decodes the point under it; <b>click</b> to pin it.</p>
  <div ref="views"></div>
  <p ref="flat" class="hint" hidden>This browser has no WebGL: there is no 3-D view.</p>
  <div ref="map"></div>
  <div ref="details" class="details"><label>Test digit no. <input ref="number" type="number" min="0" step="1"></label>
    <p ref="about"></p><figure><canvas ref="input" role="img" aria-label="Input"></canvas><figcaption>Input</figcaption></figure><p ref="accuracy" class="hint"></p></div>
  <div ref="selection" data-key="map_selection"></div>
  <p><button ref="clear" type="button" hidden>Clear selection</button></p>
</section>`;

/** @type {import("../html.js").Page} */
export function mountMapPage(element, shell) {
  const view = build(inWords(VIEW));
  element.append(view.root);
  const views = makeSegments(view.views, "View", (name) => shell.change({ view: name, outline: null }));
  let opened = null;
  let serial = 0;
  let shownOf = ""; // the selection, its model and view

  const map = mountScatterMap(view.map, shell.makeHost(view.map, {
    release({ z, serial: latest }) {
      serial = latest;
      shell.change({ z: z ? codeToText(z) : null });
    },
    outline({ outline }) {
      shell.change({ outline: outlineToText(outline), selected: null });
    },
    hide(hidden) {
      shell.note({ hide: hidden.join() });
      select();
    },
  }));
  view.map.querySelector(".beside").append(view.details);
  const selection = mountSelection(view.selection, shell.makeHost(view.selection));

  const kindOf = () => {
    const all = viewsOf(opened.header);
    return all.find(({ name }) => name === shell.state().view) ?? all[0];
  };

  /** Show what the selected digits have in common, as far as their classes are shown: those within the outline, if any. */
  function select() {
    const { model, arrays, header } = opened;
    const state = shell.state();
    const { kind } = kindOf();
    const now = [model.hash, kind, state.outline, state.selected, state.hide, shell.colors()].join();
    if (now === shownOf) return;
    shownOf = now;
    const outline = kind === "space" ? null : outlineOf(state.outline);
    const rows = outline ? markedRows(pointsWithin(pointsOf(model, kind), outline)) : selectedOf(state.selected, model.count);
    const hidden = labelsOf(state.hide);
    const numbers = rows.filter((row) => !hidden.includes(model.labels[row]));
    shell.tellSelection(numbers);
    view.selection.hidden = !outline && !rows.length;
    view.clear.hidden = Boolean(outline) || !rows.length;
    if (view.selection.hidden) return;
    const settings = {
      numbers, errors: arrays.errors, colors: shell.colors(), note: shell.pictureNote(opened),
      pictureOf: (row) => shell.pictureOf(opened, row),
    };
    selection.update({ header: { ...header, settings }, arrays });
  }

  view.clear.addEventListener("click", () => shell.change({ selected: null }));
  view.number.addEventListener("change", () => {
    const { model } = opened;
    const number = Math.min(Math.max(Math.round(Number(view.number.value) || 0), 0), model.count - 1);
    serial += 1;
    shell.change({ z: codeToText(codeOf(model, number)) });
  });

  return (next) => {
    opened = next;
    const { header, arrays, model } = next;
    const state = shell.state();
    const { name, kind, axes, numerals } = kindOf();
    const pin = pinOf(model, state.z);
    const shown = pin ?? { z: Array.from(codeOf(model, 0)), number: 0 };
    views.show(viewsOf(header).map((each) => each.name), name);
    view.flat.hidden = viewsOf(header).length === header.views.length;
    const settings = {
      view: kind, principal: axes[0] !== "z1", axes, numerals, colors: shell.colors(), hidden: labelsOf(state.hide), serial, webgl: false,
      outline: outlineOf(state.outline), selected: selectedOf(state.selected, model.count), pin: { ...shown, chosen: pin !== null },
    };
    map.update({ header: { ...header, settings }, arrays });
    view.number.max = model.count - 1;
    view.number.value = shown.number ?? "";
    view.number.placeholder = "none";
    setBoldText(view.about, shown.number === null
      ? inWords("A free point, not a test digit")
      : `Label **${model.labels[shown.number]}** · reconstruction error (MSE) **${arrays.errors[shown.number].toFixed(4)}**`);
    const isHeld = shown.number !== null && shown.number < next.pictures.length / picture.size;
    view.input.parentElement.hidden = !isHeld;
    if (isHeld) drawDigit(view.input, shell.pictureOf(next, shown.number));
    const [accuracy, pca] = header.accuracy;
    setBoldText(view.accuracy, accuracy && pca
      ? `A 5-nearest-neighbor classifier on the latent codes is right for **${percent(accuracy)}** of the test digits (PCA: **${percent(pca)}**).`
      : "");
    select();
  };
}

/** Return the views of a model that this browser can draw. */
const viewsOf = ({ views }) => views.filter(({ kind }) => kind !== "space" || hasWebGL());
const percent = (share) => `${(100 * share).toFixed(1)}%`;
