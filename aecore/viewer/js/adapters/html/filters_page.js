// The filters of the first hidden layer, with their activations for the digit, and PCA's components.

import { PIXELS } from "../../core/digit.js";
import { build } from "../../core/dom.js";
import { activationsOf, byLargest, colorLimit, featureMapPairs, filterPairs, isConvolutional, signedLevels } from "../../model/filters.js";
import { mountFilterGallery } from "../../widgets/filter_gallery/filter_gallery.js";
import { makeSegments } from "./controls.js";

const FEW = 64; // filters
const CELL = 42; // px, the least width of a picture
const ORDERS = { Activation: "activation", Norm: "norm", Index: "number" };
const VIEW = `
<section>
  <h2>Filters</h2>
  <div class="bar"><div ref="orders"></div><div ref="counts"></div></div>
  <div ref="filters"></div>
  <div ref="components"></div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountFiltersPage(element, shell) {
  const view = build(VIEW);
  element.append(view.root);
  const orders = makeSegments(view.orders, "Sort by", (name) => shell.change({ sort: ORDERS[name] }));
  const counts = makeSegments(view.counts, "Show", (name) => shell.change({ show: name === "All" ? "all" : null }));
  const [filters, components] = [view.filters, view.components].map((place) => mountFilterGallery(place, shell.makeHost(place)));

  /** Return the message of a gallery; all that its controls would change comes with every message. */
  function messageOf(hash, name, file, { about, pair = "", order, count, model }, { levels, limit, scale, units, orders: all, pictures }) {
    const album = { cell: CELL * pictures, scale: { name: scale, limit }, units, orders: all };
    const header = {
      ...album, hash, name, file, isHeaded: true, about, pair, note: "", chosen: null, similar: null,
      view: { order, count, model, layer: file },
      switches: { hash: { key: "", values: [hash] } },
    };
    return { header, arrays: { levels, palette: shell.palette } };
  }

  return ({ header, arrays, model }) => {
    const { sort, show } = shell.state();
    const order = Object.values(ORDERS).includes(sort) ? sort : "activation";
    const count = show === "all" ? null : FEW;
    orders.show(Object.keys(ORDERS), Object.keys(ORDERS).find((name) => ORDERS[name] === order));
    counts.show([`First ${FEW}`, "All"], show === "all" ? "All" : `First ${FEW}`);

    const { pairs, active, limit, scale, pair, title, about } = (isConvolutional(model) ? kernels : weights)(model, shell.digit());
    const whose = shell.hasDigit() ? "your digit" : "an example, until you draw a digit";
    const norms = Array.from(active, (_, unit) => Math.hypot(...pairs.subarray(unit * 2 * PIXELS, (unit * 2 + 1) * PIXELS)));
    const units = Array.from(active, (output, unit) => ({
      caption: `${unit + 1} · ${output.toFixed(1)}`,
      text: `unit ${unit + 1}: norm ${norms[unit].toFixed(2)}, activation ${output.toFixed(2)} for your digit`,
      dead: false,
    }));
    const shown = { about: `${about} for ${whose}.`, pair, order, count, model: header.name };
    filters.update(messageOf(`${model.hash} ${shell.digit().join()}`, title, "filters", shown, {
      levels: signedLevels(pairs, limit), limit, scale, units, pictures: 2,
      orders: { activation: byLargest(active), norm: byLargest(norms), number: [...active.keys()] },
    }));

    const { pca_components: rows } = arrays;
    const most = colorLimit(rows);
    const numbers = Array.from({ length: rows.length / PIXELS }, (_, i) => i);
    components.update(messageOf(`${model.hash} PCA`, `${numbers.length} PCA components`, "components", {
      about: "The linear baseline: PCA encodes and decodes with the same vectors, the largest variance first.",
      order: "number", count, model: header.name,
    }, {
      levels: signedLevels(rows, most), limit: most, scale: "weight", pictures: 1, orders: { number: numbers },
      units: numbers.map((i) => ({ caption: String(i + 1), text: `component ${i + 1}`, dead: false })),
    }));
  };
}

/** What is shown of a dense network: the weights of each unit of its first layer. */
function weights(model, digit) {
  const [pairs, active] = [filterPairs(model), activationsOf(model, digit)];
  return {
    pairs, active, limit: colorLimit(pairs), scale: "weight", pair: "encoder | decoder",
    title: `${active.length} encoder filters`,
    about: "Encoder: the **filter**, the unit’s weights. Decoder: what the unit with the same index in the decoder’s last hidden " +
      "layer adds to the image per 1 of its output. Below: its index and its **activation**",
  };
}

/** What is shown of a convolutional one: each kernel of its first convolution, and the map it makes of the digit. */
function kernels(model, digit) {
  const { pairs, active } = featureMapPairs(model, digit);
  return {
    pairs, active, limit: 1, scale: "share of the largest", pair: "kernel | feature map",
    title: `${active.length} kernels of the first convolution`,
    about: "Left: a **kernel**, which is moved over the digit. Right: its **feature map**, strong where the digit looks like the " +
      "kernel. Below: its index and the mean **activation** of the map",
  };
}
