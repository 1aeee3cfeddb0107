// Pictures of units: drawn from the palette rows that Python sends, to be chosen by pointer or
// keyboard. Another order, or another number of them, is shown at once when
// the page's switches are pressed; the server hears of it as of any switch, and agrees later.

import { make, makeSaver, nameSaver, put, write } from "../../core/dom.js";
import { DIGIT_SIDE, SHEET, STRIP_GAP, makeScale, newSheet, pixelsOf, scaleInWords, showPart, stampDigits, toStrip, writeLine } from "../../core/image.js";
import { makeSight } from "../../core/lazy_draw.js";
import { unpack } from "../../core/message.js";
import { onPick, putLast } from "../../core/preview_cache.js";

const STRIP = 16; // units whose pictures lie in one image
const COLUMNS = 8; // of a sheet that is saved
const KEPT = 24; // albums of a tab, and headers of a gallery
const OPEN = 8; // albums of which a gallery keeps its elements
const NONE = -1; // the number of the unit chosen while only the server knows it
const SOON = 300; // ms in which pictures may come along with another gallery of the page
const PATIENCE = 3_000; // ms until pictures that did not come are asked for again
const CAME = "aecore-album"; // announces that pictures have come
const CHOSEN = "aecore-unit"; // announces {unit}; the reply brings {chosen, similar}

const instances = new WeakMap(); // parent element -> instance

/**
 * What this tab was sent, by its hash: {cell, units, orders, scale, levels, colors}, and `strips`, the
 * addresses of those drawn so far; the oldest goes first.
 */
const galleries = (globalThis.__aecoreGalleries ??= new Map());

/** Let an image show the pictures of a unit. */
function draw(image, album, number) {
  const { levels, colors, units, strips } = album;
  const size = levels.length / units.length;
  const at = Math.floor(number / STRIP);
  const count = Math.min(STRIP, units.length - at * STRIP);
  strips[at] ??= toStrip(levels.subarray(at * STRIP * size, (at * STRIP + count) * size), colors);
  showPart(image, strips[at], number - at * STRIP, count);
}

/** Units as a sheet: their pictures, each unit's above its caption, under a title. */
function toSheet(title, { levels, colors, units, scale }, numbers) {
  const size = levels.length / units.length;
  const count = size / DIGIT_SIDE ** 2;
  const [side, columns] = [SHEET.zoom * DIGIT_SIDE, Math.min(COLUMNS, numbers.length)];
  const wide = count * (side + SHEET.gap) - SHEET.gap;
  const [across, down] = [wide + SHEET.margin, side + SHEET.line + SHEET.gap];
  const head = [title, `${scale.name}: ${scaleInWords(scale.limit)}`];
  const { sheet, pen } = newSheet((ruler) => ({
    width: Math.max(columns * across - SHEET.margin, ...head.map((text) => ruler.measureText(text).width)),
    height: head.length * SHEET.line + Math.ceil(numbers.length / columns) * down,
  }));
  head.forEach((text, line) => writeLine(pen, text, 0, line * SHEET.line));
  numbers.forEach((number, i) => {
    const [x, y] = [(i % columns) * across, head.length * SHEET.line + Math.floor(i / columns) * down];
    stampDigits(pen, levels.subarray(number * size, (number + 1) * size), colors, x, y);
    writeLine(pen, units[number].caption, x + wide / 2, y + side, across);
  });
  return sheet;
}

function createGallery(parentElement) {
  const root = make("div", { class: "units", role: "group" });
  const headline = make("h3", { class: "headline" });
  const lead = make("p", { class: "lead" });
  const note = make("p", { class: "note" });
  const saver = makeSaver(() => toSheet(texts().name, album, standing.split(",").map(Number)));
  const colors = makeScale();
  const whole = make("div", { class: "gallery" }, headline, lead, colors.scale, root, make("div", { class: "below" }, note, saver));
  parentElement.append(whole);
  const sight = makeSight(parentElement);
  let told = null; // the server's latest header
  const seen = new Map(); // the latest header of each layer of each model
  let drawn = null; // hash of the album on show
  let album = null;
  let cells = []; // of the album's units, by number, as far as they have been shown
  const leaves = new Map(); // hash -> cells, of the albums opened last
  let standing = ""; // the numbers of the units on show
  let isScrolled = false;
  let own = {}; // what was chosen or pressed here and the server has not confirmed
  const said = () => ({ hash: told.hash, chosen: told.chosen, ...told.view });
  const now = () => ({ ...said(), ...own });
  const nameOf = ({ model, layer }) => `${model} ${layer}`;
  const texts = () => seen.get(nameOf(now())); // and switches
  const switches = () => (told ? texts().switches : {});

  function makeCell(number) {
    const { text, caption: words, dead } = album.units[number];
    const cell = document.createElement(told.chosen === null ? "div" : "button");
    const picture = document.createElement("img");
    const caption = document.createElement("span");
    if (told.chosen === null) cell.setAttribute("role", "img");
    cell.dataset.unit = number;
    cell.title = text;
    cell.setAttribute("aria-label", text);
    cell.classList.toggle("dead", dead);
    caption.textContent = words;
    picture.alt = ""; // the cell's label says it
    picture.decoding = "sync";
    draw(picture, album, number);
    cell.append(picture, caption);
    return cell;
  }

  /** Take the album asked for, if another one is open. */
  function open() {
    const { hash } = now();
    if (drawn === hash) return;
    drawn = hash;
    album = galleries.get(hash);
    cells = leaves.get(hash) ?? [];
    putLast(leaves, hash, cells, OPEN);
    standing = "";
    colors.say(album.scale.name, album.scale.limit);
    root.style.setProperty("--cell", `${album.cell}px`);
    const count = album.levels.length / album.units.length / DIGIT_SIDE ** 2;
    root.style.setProperty("--aspect", `${count * (DIGIT_SIDE + STRIP_GAP) - STRIP_GAP} / ${DIGIT_SIDE}`);
  }

  /** The units' numbers in the order asked for; null while only the server knows it. */
  function inOrder() {
    const { order, chosen } = now();
    if (order === "similarity" && chosen !== null) return chosen === told.chosen ? told.similar : null;
    return album.orders[order] ?? album.orders.norm;
  }

  /** Show what is asked for, if anything else is on show. */
  function arrange() {
    const shown = inOrder()?.slice(0, now().count ?? undefined);
    if (!shown) {
      if (!standing) root.replaceChildren();
      return;
    }
    if (shown.join() === standing) return;
    standing = shown.join();
    const focused = root.getRootNode().activeElement;
    root.replaceChildren(...shown.map((number) => (cells[number] ??= makeCell(number))));
    if (isScrolled) root.scrollTop = 0; // the browser would lay the page out for nothing
    isScrolled = false;
    if (root.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Mark the chosen unit; Tab comes to it, the arrow keys go on from there. */
  function mark() {
    const { chosen } = now();
    for (const cell of root.querySelectorAll("button")) {
      const isChosen = Number(cell.dataset.unit) === chosen;
      put(cell, { ariaPressed: String(isChosen), tabIndex: isChosen ? 0 : -1 });
    }
    if (!root.querySelector("[tabindex='0']")) root.querySelector("button")?.setAttribute("tabindex", 0);
  }

  /** Say what is shown. */
  function say({ name, isHeaded, about, note: words, file }) {
    root.setAttribute("aria-label", name);
    write(headline, isHeaded ? name : "");
    write(lead, about);
    write(note, words);
    nameSaver(saver, name, file);
  }

  function refresh() {
    say(texts());
    open();
    arrange();
    mark();
  }

  /** Forget what the server has confirmed, and show the rest. */
  function settle() {
    for (const [what, value] of Object.entries(said())) if (own[what] === value) delete own[what];
    sight.show(refresh);
  }

  /** Show what this gallery held of another `layer` or `model`, if it has been there. */
  function turn(where) {
    const { hash, order } = now();
    const name = nameOf({ ...now(), ...where });
    const header = seen.get(name);
    const found = header?.switches.hash.values[switches().hash.values.indexOf(hash)];
    if (!galleries.has(found) || order === "similarity") return;
    putLast(seen, name, header, KEPT);
    Object.assign(own, where, { hash: found });
    if (name === nameOf(told.view)) delete own.chosen;
    else if (told.chosen !== null) own.chosen = NONE;
    sight.show(refresh);
  }

  root.addEventListener("scroll", () => (isScrolled = true));

  root.addEventListener("click", (event) => {
    const cell = event.target.closest("button");
    if (!cell) return;
    own.chosen = Number(cell.dataset.unit);
    mark();
    document.dispatchEvent(new CustomEvent(CHOSEN, { detail: { unit: own.chosen } }));
  });

  root.addEventListener("keydown", (event) => {
    const buttons = [...root.querySelectorAll("button")];
    const at = buttons.indexOf(event.target.closest("button"));
    const columns = getComputedStyle(root).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step || !buttons[at + step]) return;
    event.preventDefault();
    buttons[at + step].focus();
  });

  return {
    /** Follow a message; false if it names pictures that this tab does not hold. */
    update(header) {
      const found = galleries.get(header.hash);
      if (!found) return false;
      putLast(galleries, header.hash, found, KEPT);
      if (told && !header.switches.hash.values.includes(told.hash)) own = {}; // of another layer or model
      told = header;
      putLast(seen, nameOf(header.view), header, KEPT);
      settle();
      return true;
    },
    remove() {
      sight.end();
      whole.remove();
    },
    /** The server has answered a choice: {chosen, similar}. */
    reply(choice) {
      if (!told || told.chosen === null) return;
      told = { ...told, ...choice };
      settle();
    },
    turn,
    /** One of the page's buttons was pressed: if it is a segment of a switch, do as it says. */
    press(button) {
      for (const [what, { key, values }] of Object.entries(switches())) {
        const at = [...document.querySelectorAll(`.st-key-${key} button`)].indexOf(button);
        if (at < 0 || (what === "hash" && !galleries.has(values[at]))) continue;
        if (what === "layer") {
          // Once the server has been told: the rest of the page, which only it knows, takes longer.
          setTimeout(() => turn({ layer: values[at] }));
          continue;
        }
        own[what] = values[at];
        sight.show(refresh);
      }
    },
  };
}

/** Keep what came along with a message. */
function keep({ hash, cell, units, orders, scale }, arrays) {
  if (!arrays.levels) return;
  const album = { cell, units, orders, scale, strips: [], ...arrays, colors: pixelsOf(arrays.palette) };
  putLast(galleries, hash, album, KEPT);
  document.dispatchEvent(new CustomEvent(CAME));
}

function createInstance(parentElement) {
  const ends = new AbortController();
  const instance = { calls: 0, page: createGallery(parentElement), ends, header: null, lacking: null, timer: 0 };
  const { signal } = ends;
  const press = (event) => {
    const button = event.target.closest?.("button");
    if (button) instance.page.press(button);
  };
  document.addEventListener("click", press, { capture: true, signal });
  document.addEventListener(`${CHOSEN}-reply`, ({ detail }) => instance.page.reply(detail), { signal });
  onPick((model) => instance.page.turn({ model }), signal);
  document.addEventListener(CAME, () => instance.lacking && follow(instance), { signal });
  return instance;
}

/**
 * Follow the latest message. Where its pictures are not here, they may come with another gallery of
 * the same layer, which the server then tells of in its own message alone; else ask for them, and
 * again, as the answer of a run that another one overtakes gets lost.
 */
function follow(instance) {
  const { hash } = instance.header;
  if (instance.page.update(instance.header)) {
    instance.lacking = null;
    clearTimeout(instance.timer);
  } else if (instance.lacking !== hash) {
    instance.lacking = hash;
    clearTimeout(instance.timer);
    instance.timer = setTimeout(() => ask(instance, hash), SOON);
  }
}

function ask(instance, hash) {
  instance.send("need", hash);
  instance.timer = setTimeout(() => ask(instance, hash), PATIENCE);
}

export function gallery({ data, parentElement, setTriggerValue }) {
  const instance = instances.get(parentElement) ?? createInstance(parentElement);
  instances.set(parentElement, instance);
  instance.send = setTriggerValue;
  const call = ++instance.calls;
  const { header, arrays } = unpack(data);
  keep(header, arrays);
  instance.header = header;
  follow(instance);
  return () => {
    if (instance.calls !== call) return; // called again: it lives on
    instance.ends.abort();
    clearTimeout(instance.timer);
    instances.delete(parentElement);
    instance.page.remove();
  };
}
