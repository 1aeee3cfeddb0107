// The pictures of a layer's units that this tab was sent, and sheets of them.

import { picture } from "../../core/digit.js";
import { STRIP_GAP, colorsOf, showPart, toStrip } from "../../core/image.js";
import { setNewest, tabMap } from "../../core/recent.js";
import { SHEET, makeSheet, scaleText, stampDigits, widestOf, writeLine } from "../../core/sheet.js";

/**
 * @typedef {object} Album
 * @property {number} cell  Least width of a unit's pictures, px
 * @property {{ caption: string, text: string, dead: boolean }[]} units
 * @property {Record<string, number[]>} orders  Of each name all units' numbers, the first to be shown first
 * @property {{ name: string, limit: number }} scale
 * @property {Uint8Array} levels  Of all units' pictures
 * @property {Uint32Array} colors
 * @property {string[]} strips  The images drawn so far
 */

const STRIP = 16; // units whose pictures lie in one image
const COLUMNS = 8; // of a sheet that is saved
const ALBUMS_KEPT = 24;

/** Albums by their hash. */
const albums = tabMap("__aecoreGalleries");
/** Galleries that lack an album; it may come with another one. */
const waiting = new Set();

/** Call `retry` when pictures come along with another gallery, until `signal`. */
export function onAlbum(retry, signal) {
  waiting.add(retry);
  signal.addEventListener("abort", () => waiting.delete(retry));
}

/**
 * Keep the album that comes along with a message.
 *
 * @param {any} header
 * @param {Record<string, any>} arrays
 */
export function keepAlbum({ hash, cell, units, orders, scale }, { levels, palette }) {
  if (!levels) return;
  setNewest(albums, hash, { cell, units, orders, scale, levels, colors: colorsOf(palette), strips: [] }, ALBUMS_KEPT);
  for (const retry of waiting) retry();
}

export const hasAlbum = (hash) => albums.has(hash);

/**
 * Return an album, which so becomes the newest one.
 *
 * @returns {Album | undefined}
 */
export function openAlbum(hash) {
  const album = albums.get(hash);
  if (album) setNewest(albums, hash, album, ALBUMS_KEPT);
  return album;
}

/**
 * Return how many pictures a unit has, side by side.
 *
 * @param {Album} album
 */
const picturesOf = ({ levels, units }) => levels.length / units.length / picture.size;

/**
 * Return the ratio of a unit's width to its height.
 *
 * @param {Album} album
 */
export const aspectOf = (album) => (picturesOf(album) * (picture.side + STRIP_GAP) - STRIP_GAP) / picture.side;

/**
 * Let an image show the pictures of a unit.
 *
 * @param {Album} album
 */
export function showUnit(image, album, number) {
  const { levels, colors, units, strips } = album;
  const size = levels.length / units.length;
  const at = Math.floor(number / STRIP);
  const count = Math.min(STRIP, units.length - at * STRIP);
  strips[at] ??= toStrip(levels.subarray(at * STRIP * size, (at * STRIP + count) * size), colors);
  showPart(image, strips[at], number - at * STRIP, count);
}

/**
 * Return units as a sheet: their pictures, each unit's above its caption, under a title.
 *
 * @param {Album} album
 */
export function toSheet(title, album, numbers) {
  const { levels, colors, units, scale } = album;
  const size = levels.length / units.length;
  const columns = Math.min(COLUMNS, numbers.length);
  const wide = picturesOf(album) * (SHEET.digit + SHEET.gap) - SHEET.gap;
  const [across, down] = [wide + SHEET.margin, SHEET.digit + SHEET.line + SHEET.gap];
  const head = [title, `${scale.name}: ${scaleText(scale.limit)}`];
  const { sheet, pen } = makeSheet((ruler) => ({
    width: Math.max(columns * across - SHEET.margin, widestOf(ruler, head)),
    height: head.length * SHEET.line + Math.ceil(numbers.length / columns) * down,
  }));
  head.forEach((text, line) => writeLine(pen, text, 0, line * SHEET.line));
  numbers.forEach((number, i) => {
    const [x, y] = [(i % columns) * across, head.length * SHEET.line + Math.floor(i / columns) * down];
    stampDigits(pen, levels.subarray(number * size, (number + 1) * size), colors, x, y);
    writeLine(pen, units[number].caption, x + wide / 2, y + SHEET.digit, across);
  });
  return sheet;
}
