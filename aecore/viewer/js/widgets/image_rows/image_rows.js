// Rows of pictures below each other: drawn here, as the page then answers sooner than if they were
// written as files and read again. Only what has changed is drawn anew. A sweep holds the pictures
// for all places of a slider; with it they follow the slider by themselves.

import { make, makeSaver, nameSaver, put, write } from "../../core/dom.js";
import { DIGIT_SIDE, SHEET, makeScale, newSheet, pixelsOf, scaleInWords, showPart, stampDigits, toStrip, writeLine } from "../../core/image.js";
import { makeSight } from "../../core/lazy_draw.js";
import { unpack } from "../../core/message.js";
import { makeForesight, putLast } from "../../core/preview_cache.js";

const SIZE = DIGIT_SIDE ** 2;
const GRAYS = pixelsOf(Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
const SWEEPS_KEPT = 8;

const instances = new WeakMap(); // parent element -> instance

/** What this tab was sent of sweeps, by their hash; the oldest goes first. */
const sweeps = (globalThis.__aecoreSweeps ??= new Map());

const same = (a, b) => a?.length === b.length && a.every((value, i) => value === b[i]);

/** The cell of a picture, in a link where there are any. */
function makeCell({ texts, links }) {
  const image = make("img", { decoding: "sync" });
  const text = make("div", { class: "text" });
  const link = links.length ? make("a", { target: "_self" }, image) : null;
  const cell = make("div", {}, link ?? image, ...(texts.length ? [text] : []));
  return { cell, image, text, link };
}

/** All elements of a grid; `fill` then gives them what they show. */
function makeGrid({ rows, titles, columns, heading, scale, stacked }) {
  const made = rows.map((row) => ({ name: make("div", { class: "name" }), cells: titles.map(() => makeCell(row)), levels: null }));
  const head = make("div", { class: "heading" });
  const feet = columns.map(() => make("div", { class: "foot" }));
  const parts = stacked
    ? titles.map((_, i) => make("div", {}, ...made.map(({ cells }) => cells[i].cell)))
    : [...made.flatMap(({ name, cells }) => [name, ...cells.map(({ cell }) => cell)]), ...(heading ? [head] : []), ...feet];
  const root = make("div", { class: stacked ? "rows stacked" : "rows", style: `--count: ${titles.length}` }, ...parts);
  const colors = scale && makeScale();
  const headline = make("h3", { class: "headline" });
  const note = make("p", { class: "note" });
  let shown = null; // the latest that `fill` was given
  const saver = makeSaver(() => toSheet(shown));
  const below = make("div", { class: "below" }, note, saver);
  const element = make("div", { class: "pictures" }, headline, root, ...(colors ? [colors.scale] : []), below);

  /** Show pictures, levels (R, B, 784), under the rows' names. */
  function fill(header, names, levels, palette) {
    shown = { header, names, levels, palette };
    header.rows.forEach((row, r) => {
      put(made[r].name, { textContent: names[r] });
      const count = header.titles.length;
      const own = levels.subarray(r * count * SIZE, (r + 1) * count * SIZE);
      const strip = same(made[r].levels, own) ? null : toStrip(own, row.signed ? palette : GRAYS);
      made[r].levels = own;
      made[r].cells.forEach((cell, i) => {
        const words = `${names[r]}: ${header.titles[i]}`;
        if (strip) showPart(cell.image, strip, i, count);
        put(cell.image, { alt: words, title: words });
        if (cell.link && cell.link.getAttribute("href") !== row.links[i]) cell.link.setAttribute("href", row.links[i]);
        if (row.texts.length) put(cell.text, { textContent: row.texts[i] });
      });
    });
    put(head, { textContent: header.heading });
    feet.forEach((foot, i) => put(foot, { textContent: header.columns[i] }));
    write(headline, header.headline);
    write(note, header.note);
    nameSaver(saver, header.title, header.file);
    colors?.say(header.scale.name, header.scale.limit);
  }
  return { element, fill };
}

/** The levels of picture `i` in row `r`. */
function levelsOf({ titles }, levels, r, i) {
  const start = (r * titles.length + i) * SIZE;
  return levels.subarray(start, start + SIZE);
}

/** What a grid shows as a sheet: each row under its name, texts below. */
function toSheet({ header, names, levels, palette }) {
  const { rows, titles, columns, heading, scale } = header;
  const side = SHEET.zoom * DIGIT_SIDE;
  const step = side + SHEET.gap;
  const lines = Math.max(0, ...columns.map((text) => text.split("\n").length));
  const heights = rows.map(({ texts }) => SHEET.line + step + (texts.length ? SHEET.line : 0));
  const written = names.map((name, r) => (rows[r].signed ? `${name} (${scaleInWords(scale.limit)})` : name));
  const { sheet, pen } = newSheet((ruler) => ({
    width: Math.max(titles.length * step - SHEET.gap, ...[...written, heading].map((text) => ruler.measureText(text).width)),
    height: heights.reduce((a, b) => a + b) + (heading ? SHEET.line : 0) + lines * SHEET.line,
  }));
  let top = 0;
  rows.forEach(({ signed, texts }, r) => {
    writeLine(pen, written[r], 0, top);
    titles.forEach((_, i) => {
      stampDigits(pen, levelsOf(header, levels, r, i), signed ? palette : GRAYS, i * step, top + SHEET.line);
      if (texts.length) writeLine(pen, texts[i], i * step + side / 2, top + SHEET.line + side, step);
    });
    top += heights[r];
  });
  if (heading) {
    writeLine(pen, heading, 0, top);
    top += SHEET.line;
  }
  columns.forEach((text, i) =>
    text.split("\n").forEach((part, line) => writeLine(pen, part, i * step + side / 2, top + line * SHEET.line, step)),
  );
  return sheet;
}

/** What decides which elements there are. */
function shapeOf({ rows, titles, columns, heading, scale, stacked }) {
  const kinds = rows.map(({ signed, texts, links }) => [signed, texts.length > 0, links.length > 0]);
  return JSON.stringify([kinds, titles.length, columns.length, heading !== "", scale !== null, stacked]);
}

function createInstance(parentElement) {
  let told = null; // the latest message: {header, levels, colors}
  let grid = null;
  let watched = null; // the slider's element
  const watcher = new MutationObserver(show);
  const sight = makeSight(parentElement);
  const foresight = makeForesight(follow);

  /** Where the slider stands, among the values of the sweep; -1 if there is none to follow. */
  function place() {
    const { sweep } = told.header;
    const input = sweep && sweeps.has(sweep.hash) && watched?.querySelector("input");
    if (!input) return -1;
    const away = sweep.values.map((value) => Math.abs(value - Number(input.value)));
    return away.indexOf(Math.min(...away));
  }

  function show() {
    const { header, levels, colors } = told;
    const at = place();
    const swept = at < 0 ? levels : sweeps.get(header.sweep.hash).subarray(at * levels.length, (at + 1) * levels.length);
    const names = at < 0 ? header.rows.map(({ name }) => name) : header.sweep.names[at];
    const shape = shapeOf(header);
    if (grid?.shape === shape) {
      grid.fill(header, names, swept, colors);
      return;
    }
    const next = { ...makeGrid(header), shape };
    next.fill(header, names, swept, colors);
    if (grid) grid.element.replaceWith(next.element);
    else parentElement.append(next.element);
    grid = next;
  }

  function watch() {
    const { sweep } = told.header;
    const slider = sweep && document.querySelector(`.st-key-${sweep.slider}`);
    if (slider === watched) return;
    watched = slider;
    watcher.disconnect();
    if (slider) watcher.observe(slider, { subtree: true, attributes: true, attributeFilter: ["value", "aria-valuetext"] });
  }

  function follow(message) {
    told = message;
    watch();
    sight.show(show);
  }

  return {
    update(message) {
      foresight.keep(message, message.header.foresight);
      follow(message);
    },
    end() {
      foresight.end();
      watcher.disconnect();
      sight.end();
      grid?.element.remove();
    },
    calls: 0,
  };
}

export function rows({ data, parentElement, setTriggerValue }) {
  const instance = instances.get(parentElement) ?? createInstance(parentElement);
  instances.set(parentElement, instance);
  const call = ++instance.calls;
  const { header, arrays } = unpack(data);
  if (arrays.swept) putLast(sweeps, header.sweep.hash, arrays.swept, SWEEPS_KEPT);
  instance.update({ header, levels: arrays.levels, colors: pixelsOf(arrays.palette) });
  if (header.sweep && !sweeps.has(header.sweep.hash)) setTriggerValue("need", header.sweep.hash);
  return () => {
    if (instance.calls !== call) return; // called again: it lives on
    instance.end();
    instances.delete(parentElement);
  };
}
