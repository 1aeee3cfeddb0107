// The latent spaces of two models of the same test digits, with linked selection.

import { isEqual } from "../../core/arrays.js";
import { inWords } from "../../core/digit.js";
import { build, make } from "../../core/dom.js";
import { withArticle } from "../../core/text.js";
import { pointsOf } from "../../model/axes.js";
import { mountImageRows } from "../../widgets/image_rows/image_rows.js";
import { mountLinkedMaps } from "../../widgets/linked_maps/linked_maps.js";
import { isLinked } from "./link.js";
import { rowMessage } from "./pictures.js";
import { selectedOf } from "./state.js";

const SHOWN = 12; // selected digits
const VIEW = `
<section>
  <h2>Two latent spaces of the same digits</h2>
  <p><label>Compare with <select ref="other"></select></label></p>
  <p ref="problem"></p>
  <div ref="maps"></div>
  <div ref="pictures"></div>
</section>`;

const flatOf = ({ header }) => header.views.find(({ kind }) => kind !== "space");

/** @type {import("../html.js").Page} */
export function mountComparePage(element, shell) {
  const view = build(inWords(VIEW));
  element.append(view.root);
  let opened = null;
  const maps = mountLinkedMaps(view.maps, shell.makeHost(view.maps, {
    selected({ numbers }) {
      shell.note({ outline: null, selected: numbers.join() });
      shell.tellSelection(numbers);
      showPictures(numbers);
    },
  }));
  const pictures = mountImageRows(view.pictures, shell.makeHost(view.pictures));
  view.other.addEventListener("change", () => shell.change({ other: view.other.value }));

  function showPictures(numbers) {
    const few = numbers.slice(0, SHOWN);
    view.pictures.hidden = !few.length;
    if (!few.length) return;
    const titles = few.map((row) => withArticle(opened.model.labels[row]));
    pictures.update(rowMessage(few.map((row) => shell.pictureOf(opened, row)), titles, few.map((row) => `no. ${row}`), {
      headline: inWords("Selected test digits"), file: "selected", note: shell.pictureNote(opened),
    }));
  }

  return async (next) => {
    opened = next;
    const names = shell.models.names.filter((name) => name !== next.header.name);
    const name = names.includes(shell.state().other) ? shell.state().other : names[0];
    view.other.replaceChildren(...names.map((each) => make("option", { value: each }, each)));
    view.other.value = name;
    const other = name ? await shell.models.open(name) : null;
    const isSame = other && isEqual(other.model.labels, next.model.labels);
    view.problem.textContent = isSame ? "" : other
      ? inWords("These two models have different test digits, so they cannot be linked.")
      : "This file holds one model: export two to compare them.";
    view.maps.hidden = !isSame;
    if (!isSame) return;
    const numbers = selectedOf(shell.state().selected, next.model.count);
    const both = [next, other];
    maps.update({
      header: {
        names: both.map(({ header }) => header.name), axes: both.map((each) => flatOf(each).axes),
        colors: shell.colors(), numbers, most: isLinked ? Infinity : undefined, // a widget has no address to keep short
      },
      arrays: {
        points0: pointsOf(next.model, flatOf(next).kind), points1: pointsOf(other.model, flatOf(other).kind),
        labels: next.model.labels,
      },
    });
    showPictures(numbers);
  };
}
