// The strokes of a drawing, kept for this tab: they outlive a change of model, other pages and a reload.
// And strokes to look at: examples, drawn as a pen would.

import { PIXELS, picture } from "../../core/digit.js";
import { makeSvg } from "../../core/dom.js";
import { recallInTab, rememberInTab } from "../../core/storage.js";
import { PAPER, noArea, stampSegment } from "../../model/ink.js";
import { normalize } from "../../model/normalization.js";

/**
 * @typedef {object} Stroke
 * @property {number[][]} [points]  [x, y, radius], in pixels of the paper
 * @property {string} [color]  Of the pen, `#rrggbb`, where there was a choice
 * @property {string} [levels]  In their place the picture of a link: its levels, as Python takes them
 */

const STORE = "aecore-drawing"; // in the tab's own session storage, which ends with the tab
const MOST_STROKES = 200;
const MOST_UNDONE = 50;

/** Strokes with undo; one drawing a tab, since the page's elements come and go. */
export const drawing = (globalThis.__aecoreDrawing ??= makeDrawing());

function makeDrawing() {
  let strokes = readStored();
  /** @type {Stroke[][]} */
  const past = [];
  const keep = () => rememberInTab(STORE, JSON.stringify(strokes));
  function replace(next) {
    past.push(strokes);
    if (past.length > MOST_UNDONE) past.shift();
    strokes = next;
    keep();
  }
  return {
    asked: 0, // how often the URL has asked for a drawing, as Python counts
    /** @type {string | null | undefined} */
    sent: undefined, // what Python was told last, or has told
    /** Return all strokes, but for a picture of another size than those of the page. */
    all: () => strokes.filter(({ levels }) => !levels || levels.length === 4 * Math.ceil(picture.size / 3)),
    canUndo: () => past.length > 0,
    add: (stroke) => replace([...strokes, stroke].slice(-MOST_STROKES)),
    replace,
    undo() {
      if (past.length) strokes = past.pop();
      keep();
    },
  };
}

/** @returns {Stroke[]} */
function readStored() {
  try {
    const strokes = JSON.parse(recallInTab(STORE));
    const fits = (point) => point.length === 3 && point.every(Number.isFinite);
    const isStroke = ({ points, levels, color = "#000000" }) =>
      levels ? atob(levels).length : points.length && points.every(fits) && /^#[0-9a-f]{6}$/.test(color);
    return strokes.every(isStroke) ? strokes : [];
  } catch {
    return []; // none, or not ours
  }
}

/** Return a point of a stroke. Tenths of a pixel are enough, and a third of the text. */
export function pointAt(x, y, radius) {
  return [x, y, radius].map((value) => Math.round(value * 10) / 10);
}

/** Strokes of our own hand in a box of 100 x 100, as paths of SVG. */
export const EXAMPLES = [
  { name: "2", description: "a 2", isDigit: true, paths: ["M30 35C31 13 69 11 68 34C67 53 42 66 27 84C44 76 58 86 74 81"] },
  {
    name: "3",
    description: "a 3",
    isDigit: true,
    paths: ["M31 25C46 9 73 19 66 36C62 45 52 48 43 48C60 48 75 57 69 73C62 90 37 88 28 76"],
  },
  {
    name: "8",
    description: "an 8",
    isDigit: true,
    paths: ["M65 27C54 9 31 21 40 38C49 51 70 56 66 74C60 90 32 87 36 68C40 53 64 45 65 27"],
  },
  { name: "♥", description: "a heart, not a digit", paths: ["M50 84C8 56 20 16 50 38C80 16 92 56 50 84"] },
  { name: "☆", description: "a star, not a digit", paths: ["M50 14L72 82L16 40L84 40L28 82L50 14"] },
];
const EXAMPLE_RADIUS = 17;
const SPACING = 1.5; // per cent of the paper between two points of an example

/**
 * Return the strokes of an example.
 *
 * @returns {Stroke[]}
 */
export function exampleStrokes({ paths }) {
  return paths.map((d) => {
    const path = makeSvg("path", { d });
    const length = path.getTotalLength();
    const count = Math.ceil(length / SPACING);
    const points = Array.from({ length: count + 1 }, (_, i) => {
      const { x, y } = path.getPointAtLength((length * i) / count);
      return pointAt((x * PAPER) / 100, (y * PAPER) / 100, EXAMPLE_RADIUS);
    });
    return { points };
  });
}

/**
 * Return the digit (784 values in 0..1) that strokes draw; a blank one if that is none.
 *
 * @param {Stroke[]} strokes
 */
export function digitOf(strokes) {
  const ink = new Float32Array(PAPER * PAPER);
  for (const { points } of strokes) {
    points.forEach((point, i) => stampSegment(ink, points[Math.max(i - 1, 0)], point, noArea()));
  }
  return Float32Array.from(normalize(ink, PAPER, PAPER) ?? new Float32Array(PIXELS));
}
