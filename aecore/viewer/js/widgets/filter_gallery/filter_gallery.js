// Pictures of units: drawn from the palette rows that Python sends, to be chosen by pointer or keyboard.
// Another order, or another number of them, is shown at once when the page's switches are pressed; the
// server hears of it as of any switch, and agrees later.

import { build, make, makeSaveButton, nameSaveButton, setBoldText, setProperties } from "../../core/dom.js";
import { makeLazyDraw } from "../../core/lazy_draw.js";
import { onModelPick } from "../../core/preview_cache.js";
import { setNewest } from "../../core/recent.js";
import { makeScope } from "../../core/scope.js";
import { makeScale } from "../../core/sheet.js";
import { aspectOf, hasAlbum, keepAlbum, onAlbum, openAlbum, showUnit, toSheet } from "./albums.js";

const HEADERS_KEPT = 24;
const OPEN = 8; // albums of which a gallery keeps its elements
const UNKNOWN = -1; // the number of the unit chosen while only the server knows it
const SOON = 300; // ms in which pictures may come along with another gallery of the page
const PATIENCE = 3_000; // ms until pictures that did not come are asked for again

const VIEW = `
<div class="gallery">
  <h2 ref="headline" class="headline"></h2>
  <p ref="lead" class="lead"></p>
  <div ref="scale"></div>
  <p ref="pair" class="pair"></p>
  <div ref="units" class="units" role="group"></div>
  <div ref="below" class="below"><p ref="note" class="note"></p></div>
</div>`;

/** @type {import("../../core/host.js").Mount} */
export function mountFilterGallery(element, host) {
  const scope = makeScope();
  const lazy = makeLazyDraw(scope, element);
  const view = build(VIEW);
  const scale = makeScale();
  const { units } = view;
  let confirmed = null; // the server's latest header
  const headers = new Map(); // the latest header of each layer of each model
  let pending = {}; // what was chosen or pressed here and the server has not confirmed
  let opened = null; // hash of the album on show
  /** @type {import("./albums.js").Album} */
  let album = null;
  let cells = []; // of the album's units, by number, as far as they have been shown
  const cellsOf = new Map(); // hash -> cells, of the albums opened last
  let shown = ""; // the numbers of the units on show
  let lacking = null; // hash of an album that was asked for
  const timer = scope.makeTimer();

  const saver = makeSaveButton(() => toSheet(header().name, album, shown.split(",").map(Number)));
  view.scale.replaceWith(scale.element);
  view.below.append(saver);
  scope.add(element, view.root);

  const confirmedState = () => ({ hash: confirmed.hash, chosen: confirmed.chosen, ...confirmed.view });
  const state = () => ({ ...confirmedState(), ...pending });
  const nameOf = ({ model, layer }) => `${model} ${layer}`;
  const header = () => headers.get(nameOf(state()));

  function makeCell(number) {
    const { text, caption, dead } = album.units[number];
    const attributes = { "data-unit": number, title: text, class: dead ? "dead" : "" };
    const image = make("img", { alt: "", decoding: "sync" }); // the cell says it
    showUnit(image, album, number);
    const isChoice = confirmed.chosen !== null;
    return make(isChoice ? "button" : "div", isChoice ? attributes : { role: "img", "aria-label": text, ...attributes }, image, make("span", {}, caption));
  }

  /** Take the album asked for, if another one is open. */
  function open() {
    const { hash } = state();
    if (opened === hash) return;
    opened = hash;
    album = openAlbum(hash);
    cells = cellsOf.get(hash) ?? [];
    setNewest(cellsOf, hash, cells, OPEN);
    shown = "";
    scale.name(album.scale.name, album.scale.limit);
    units.style.setProperty("--cell", `${album.cell}px`);
    units.style.setProperty("--aspect", String(aspectOf(album)));
  }

  /** Return the units' numbers in the order asked for; null while only the server knows it. */
  function inOrder() {
    const { order, chosen } = state();
    if (order === "similarity" && chosen !== null) return chosen === confirmed.chosen ? confirmed.similar : null;
    return album.orders[order] ?? album.orders.norm;
  }

  /** Show the units asked for, if others are on show. */
  function arrange() {
    const numbers = inOrder()?.slice(0, state().count ?? undefined);
    if (!numbers) {
      if (!shown) units.replaceChildren();
      return;
    }
    if (numbers.join() === shown) return;
    shown = numbers.join();
    const focused = units.getRootNode().activeElement;
    units.replaceChildren(...numbers.map((number) => (cells[number] ??= makeCell(number))));
    if (units.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Mark the chosen unit; Tab comes to it, the arrow keys go on from there. */
  function mark() {
    const { chosen } = state();
    for (const cell of units.querySelectorAll("button")) {
      const isChosen = Number(cell.dataset.unit) === chosen;
      setProperties(cell, { ariaPressed: String(isChosen), tabIndex: isChosen ? 0 : -1 });
    }
    if (!units.querySelector("[tabindex='0']")) units.querySelector("button")?.setAttribute("tabindex", 0);
  }

  function refresh() {
    const { name, isHeaded, about, pair, note, file } = header();
    units.setAttribute("aria-label", name);
    setBoldText(view.headline, isHeaded ? name : "");
    setBoldText(view.lead, about);
    setProperties(view.pair, { textContent: pair, hidden: !pair });
    setBoldText(view.note, note);
    nameSaveButton(saver, name, file);
    open();
    arrange();
    mark();
  }

  /** Forget what the server has confirmed, and show the rest. */
  function settle() {
    for (const [what, value] of Object.entries(confirmedState())) if (pending[what] === value) delete pending[what];
    lazy.draw(refresh);
  }

  /** Show what this gallery held of another `layer` or `model`, if it has been there. */
  function turnTo(where) {
    if (!confirmed) return;
    const { hash, order } = state();
    const name = nameOf({ ...state(), ...where });
    const kept = headers.get(name);
    const found = kept?.switches.hash.values[header().switches.hash.values.indexOf(hash)];
    if (!hasAlbum(found) || order === "similarity") return;
    setNewest(headers, name, kept, HEADERS_KEPT);
    Object.assign(pending, where, { hash: found });
    if (name === nameOf(confirmed.view)) delete pending.chosen;
    else if (confirmed.chosen !== null) pending.chosen = UNKNOWN;
    lazy.draw(refresh);
  }

  /** One of the page's controls was used: if it is a switch of this gallery, do as it says. */
  function press({ key, index }) {
    if (!confirmed) return;
    for (const [what, { key: own, values }] of Object.entries(header().switches)) {
      if (key !== own || (what === "hash" && !hasAlbum(values[index]))) continue;
      if (what === "layer") {
        // Once the server has been told: the rest of the page, which only it knows, takes longer.
        setTimeout(() => turnTo({ layer: values[index] }));
        continue;
      }
      pending[what] = values[index];
      lazy.draw(refresh);
    }
  }

  /** Follow a header; false if it names pictures that this tab does not hold. */
  function follow(next) {
    if (!openAlbum(next.hash)) return false;
    if (confirmed && !next.switches.hash.values.includes(confirmed.hash)) pending = {}; // of another layer or model
    confirmed = next;
    setNewest(headers, nameOf(next.view), next, HEADERS_KEPT);
    settle();
    return true;
  }

  /**
   * Follow the latest header. Where its pictures are not here, they may come with another gallery of the
   * same layer, which the server then tells of in its own message alone; else ask for them, and again, as
   * the answer of a run that another one overtakes gets lost.
   */
  function tryToFollow(next) {
    const hasPictures = follow(next);
    if (!hasPictures && lacking?.hash === next.hash) {
      lacking = next;
      return;
    }
    lacking = hasPictures ? null : next;
    if (lacking) timer.start(ask, SOON);
    else timer.stop();
  }

  function ask() {
    host.send("need", lacking.hash);
    timer.start(ask, PATIENCE);
  }

  scope.listen(units, "click", (event) => {
    const cell = event.target.closest("button");
    if (!cell) return;
    pending.chosen = Number(cell.dataset.unit);
    mark();
    host.send("unit", { unit: pending.chosen });
  });
  scope.listen(units, "keydown", (event) => {
    const buttons = [...units.querySelectorAll("button")];
    const at = buttons.indexOf(event.target.closest("button"));
    const columns = getComputedStyle(units).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step || !buttons[at + step]) return;
    event.preventDefault();
    buttons[at + step].focus();
  });
  host.onChoice(press, scope.signal);
  host.onData(
    "unit-reply",
    (choice) => {
      if (!confirmed || confirmed.chosen === null) return;
      confirmed = { ...confirmed, ...choice };
      settle();
    },
    scope.signal,
  );
  onModelPick(host, (model) => turnTo({ model }), scope.signal);
  onAlbum(() => lacking && tryToFollow(lacking), scope.signal);

  return {
    update({ header: next, arrays }) {
      keepAlbum(next, arrays);
      tryToFollow(next);
    },
    destroy: scope.end,
  };
}
