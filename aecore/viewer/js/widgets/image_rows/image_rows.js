// Rows of pictures below each other: drawn here, as the page then answers sooner than if they were
// written as files and read again. Only what has changed is drawn anew. A sweep holds the pictures for all
// places of a slider; with it they follow the slider by themselves. It is asked for once the page is at rest.

import { isEqual } from "../../core/arrays.js";
import { digitAt, picture } from "../../core/digit.js";
import { make, makeSaveButton, nameSaveButton, setBoldText, setProperties } from "../../core/dom.js";
import { GRAYS, colorsOf, showPart, toStrip } from "../../core/image.js";
import { makeLazyDraw } from "../../core/lazy_draw.js";
import { makePreviewCache } from "../../core/preview_cache.js";
import { makeRequest, setNewest, tabMap } from "../../core/recent.js";
import { makeScope } from "../../core/scope.js";
import { SHEET, makeScale, makeSheet, scaleText, stampDigits, widestOf, writeLine } from "../../core/sheet.js";

const SWEEPS_KEPT = 8;
const REST = 500; // ms without another message, until a sweep is asked for

/** What this tab was sent of sweeps, by their hash. */
const sweeps = tabMap("__aecoreSweeps");

/** Make the cell of a picture, in a link where there are any. */
function makeCell({ texts, links }) {
  const image = make("img", { decoding: "sync" });
  const text = make("div", { class: "text" });
  const link = links.length ? make("a", { target: "_self" }, image) : null;
  const cell = make("div", {}, link ?? image, ...(texts.length ? [text] : []));
  return { cell, image, text, link };
}

/** Make all elements of a grid; `fill` then gives them what they show. */
function makeGrid({ rows, titles, columns, heading, scale, stacked }) {
  const made = rows.map((row) => ({
    name: make("div", { class: "name" }),
    cells: titles.map(() => makeCell(row)),
    levels: null,
  }));
  const head = make("div", { class: "heading" });
  const feet = columns.map(() => make("div", { class: "foot" }));
  const parts = stacked
    ? titles.map((_, i) => make("div", {}, ...made.map(({ cells }) => cells[i].cell)))
    : [...made.flatMap(({ name, cells }) => [name, ...cells.map(({ cell }) => cell)]), ...(heading ? [head] : []), ...feet];
  const root = make("div", { class: stacked ? "rows stacked" : "rows", style: `--count: ${titles.length}` }, ...parts);
  const colors = scale && makeScale();
  const headline = make("h2", { class: "headline" });
  const note = make("p", { class: "note" });
  let shown = null; // the latest that `fill` was given
  const saver = makeSaveButton(() => toSheet(shown));
  const below = make("div", { class: "below" }, note, saver);
  const element = make("div", { class: "pictures" }, headline, root, ...(colors ? [colors.element] : []), below);

  /** Show the pictures of one row, drawn anew if they are others. */
  function fillRow({ signed, texts, links }, r) {
    const { header, names, levels, colors: palette } = shown;
    const count = header.titles.length;
    const own = levels.subarray(r * count * picture.size, (r + 1) * count * picture.size);
    const strip = isEqual(made[r].levels, own) ? null : toStrip(own, signed ? palette : GRAYS);
    made[r].levels = own;
    setProperties(made[r].name, { textContent: names[r] });
    made[r].cells.forEach(({ image, text, link }, i) => {
      const title = `${names[r]}: ${header.titles[i]}`;
      if (strip) showPart(image, strip, i, count);
      setProperties(image, { alt: title, title });
      if (link && link.getAttribute("href") !== links[i]) link.setAttribute("href", links[i]);
      if (texts.length) setProperties(text, { textContent: texts[i] });
    });
  }

  /** Show {header, names, levels, colors}: pictures, levels (R, B, 784), under the rows' names. */
  function fill(content) {
    const { header } = (shown = content);
    header.rows.forEach(fillRow);
    setProperties(head, { textContent: header.heading });
    feet.forEach((foot, i) => setProperties(foot, { textContent: header.columns[i] }));
    setBoldText(headline, header.headline);
    setBoldText(note, header.note);
    nameSaveButton(saver, header.title, header.file);
    colors?.name(header.scale.name, header.scale.limit);
  }
  return { element, fill };
}

/** Return what a grid shows as a sheet: each row under its name, texts below. */
function toSheet({ header, names, levels, colors }) {
  const { rows, titles, columns, heading, scale } = header;
  const step = SHEET.digit + SHEET.gap;
  const feet = columns.map((text) => text.split("\n"));
  const lines = Math.max(0, ...feet.map((parts) => parts.length));
  const heights = rows.map(({ texts }) => SHEET.line + step + (texts.length ? SHEET.line : 0));
  const written = names.map((name, r) => (rows[r].signed ? `${name} (${scaleText(scale.limit)})` : name));
  const { sheet, pen } = makeSheet((ruler) => ({
    width: Math.max(titles.length * step - SHEET.gap, widestOf(ruler, [...written, heading])),
    height: heights.reduce((a, b) => a + b) + (heading ? SHEET.line : 0) + lines * SHEET.line,
  }));
  const writeUnder = (text, i, y) => writeLine(pen, text, i * step + SHEET.digit / 2, y, step);
  let top = 0;
  rows.forEach(({ signed, texts }, r) => {
    writeLine(pen, written[r], 0, top);
    titles.forEach((_, i) => {
      const digit = digitAt(levels, r * titles.length + i);
      stampDigits(pen, digit, signed ? colors : GRAYS, i * step, top + SHEET.line);
      if (texts.length) writeUnder(texts[i], i, top + SHEET.line + SHEET.digit);
    });
    top += heights[r];
  });
  if (heading) {
    writeLine(pen, heading, 0, top);
    top += SHEET.line;
  }
  feet.forEach((parts, i) => parts.forEach((part, line) => writeUnder(part, i, top + line * SHEET.line)));
  return sheet;
}

/** Return what decides which elements there are. */
function shapeOf({ rows, titles, columns, heading, scale, stacked }) {
  const kinds = rows.map(({ signed, texts, links }) => [signed, texts.length > 0, links.length > 0]);
  return JSON.stringify([kinds, titles.length, columns.length, heading !== "", scale !== null, stacked]);
}

/** @type {import("../../core/host.js").Mount} */
export function mountImageRows(element, host) {
  const scope = makeScope();
  const lazy = makeLazyDraw(scope, element);
  const request = makeRequest(host);
  const timer = scope.makeTimer();
  const previews = makePreviewCache(host, follow, scope.signal);
  let content = null; // the latest message's {header, levels, colors}
  let grid = null;
  let slider = null; // that the pictures follow
  scope.onEnd(() => {
    slider?.release();
    grid?.element.remove();
  });

  /** Return where the slider stands, among the values of the sweep; -1 if there is none to follow. */
  function placeOfSlider() {
    const { sweep } = content.header;
    if (!sweep || !slider || !sweeps.has(sweep.hash)) return -1;
    const away = sweep.values.map((value) => Math.abs(value - slider.value()));
    return away.indexOf(Math.min(...away));
  }

  function show() {
    const { header, levels, colors } = content;
    const at = placeOfSlider();
    const names = at < 0 ? header.rows.map(({ name }) => name) : header.sweep.names[at];
    const shown = at < 0 ? levels : sweeps.get(header.sweep.hash).subarray(at * levels.length, (at + 1) * levels.length);
    const shape = shapeOf(header);
    const before = grid;
    if (before?.shape !== shape) grid = { ...makeGrid(header), shape };
    grid.fill({ header, names, levels: shown, colors });
    if (grid === before) return;
    if (before) before.element.replaceWith(grid.element);
    else element.append(grid.element);
  }

  function follow(next) {
    content = next;
    slider?.release();
    slider = content.header.sweep && host.control(content.header.sweep.slider, show);
    lazy.draw(show);
  }

  return {
    update(message) {
      const { header, arrays } = message;
      const next = { header, levels: arrays.levels, colors: colorsOf(arrays.palette) };
      if (arrays.swept) setNewest(sweeps, header.sweep.hash, arrays.swept, SWEEPS_KEPT);
      previews.keep(next, header.preview);
      follow(next);
      timer.start(() => {
        if (header.sweep && !sweeps.has(header.sweep.hash)) request(message, header.sweep.hash);
      }, REST);
    },
    destroy: scope.end,
  };
}
