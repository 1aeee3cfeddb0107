// What is on show, in the fragment of the page's address: a link opens on exactly this.

import { codeOf } from "../../model/axes.js";
import { nearestCodes } from "../../model/neighbors.js";

const LARGEST = 1e6; // of a value of a code
const MOST_CORNERS = 2_000; // of an outline

/** Return what the address says, as texts by name. */
export const readAddress = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Let the address say what is on show, without a step of the history; what is null is left out. */
export function writeAddress(state) {
  const said = Object.entries(state).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = said.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
  try {
    history.replaceState(null, "", `${location.href.split("#")[0]}#${text}`);
  } catch {
    // a frame without an address of its own
  }
}

/** Write a code as an address has it, to four digits. */
export const codeToText = (z) => Array.from(z, (value) => String(Number(value.toPrecision(4)))).join(",");

/** Return the numbers of a text with commas; null if there are not `count` of them, of sane size. */
export function numbersOf(text, count) {
  const values = (text ?? "").split(",").map((part) => (part.trim() ? Number(part) : NaN));
  return values.length === count && values.every((value) => Math.abs(value) <= LARGEST) ? values : null;
}

/** Return the code of a text and the test digit that it belongs to, if any; null if it is no code of the model. */
export function pinOf(model, text) {
  const z = numbersOf(text, model.dim);
  if (!z) return null;
  const [number] = nearestCodes(model, z, 1).rows;
  const code = codeOf(model, number);
  return codeToText(code) === codeToText(z) ? { z: Array.from(code), number } : { z, number: null };
}

/** Write an outline, a list of [x, y], as an address has it. */
export const outlineToText = (outline) => outline?.map((corner) => corner.join(",")).join("_") ?? null;

/** Return the outline of a text; null if it is none. */
export function outlineOf(text) {
  const corners = (text ?? "").split("_").map((corner) => numbersOf(corner, 2));
  return corners.length >= 3 && corners.length <= MOST_CORNERS && corners.every(Boolean) ? corners : null;
}

/** Return the numbers of test digits of a text, as far as there are so many. */
export const selectedOf = (text, count) =>
  (text ?? "").split(",").filter((part) => /^\d+$/.test(part)).map(Number).filter((row) => row < count);

/** Return the classes of a text. */
export const labelsOf = (text) => (text ?? "").split(",").filter((part) => /^\d$/.test(part)).map(Number);
