// What this tab was sent of training runs. A message only holds what is new since the last one; who has
// missed one asks for all of it again.

import { medianOf, robustExtent, widened } from "../../core/axes.js";
import { setNewest, tabMap } from "../../core/recent.js";

/**
 * @typedef {{ points: Float32Array, middles: Float32Array, low: number[], high: number[] }} Layout
 *   Where a frame's dots lie (N x 2), and the medians of the classes (10 x 2), NaN where there is none
 *
 * @typedef {object} Frame  The state of a run after an epoch
 * @property {number} epoch
 * @property {number} limit  Where the filters' colors are deepest
 * @property {number[]} mse  Of each of the digits on show
 * @property {Float32Array} points  N x 2, as the run drew them
 * @property {Uint8Array} outputs  Gray levels of the digits on show
 * @property {Uint8Array} filters  Rows of the scene's palette
 * @property {Layout | null} layout
 *
 * @typedef {object} Run
 * @property {any} scene  What all frames share
 * @property {Map<number, Frame>} frames  By their epoch
 * @property {any[]} records  Of every epoch
 * @property {number[]} epochs  With a frame
 * @property {any} alignment  Undoes the turn and the shift of the frames of a run that has ended
 */

const RUNS_KEPT = 6;
const ROOM = 0.04; // of the map's extent beside its dots
const STEPS = 65535; // of a dot's coordinates

/** Runs by their key. */
const runs = tabMap("__aecoreRuns");

/**
 * Take a message in; return the run, or null if something between it and the last one is missing.
 *
 * @returns {Run | null}
 */
export function keepRun({ key, since, records, frames, epochs, scene, alignment }, arrays) {
  const run = runs.get(key) ?? { scene: null, frames: new Map(), records: [], epochs: [], alignment: null };
  const latest = Math.max(-1, ...run.frames.keys());
  if (run.records.length < since.record || latest < since.frame) return null;
  if (!run.scene && !arrays.labels && scene) return null;
  setNewest(runs, key, run, RUNS_KEPT);
  records.forEach((record, i) => (run.records[since.record + i] = record));
  if (arrays.labels) run.scene = { ...scene, ...arrays };
  frames.forEach((frame, i) => run.frames.set(frame.epoch, makeFrame(frame, i, frames.length, arrays)));
  for (const epoch of run.frames.keys()) if (!epochs.includes(epoch)) run.frames.delete(epoch);
  run.epochs = epochs.filter((epoch) => run.frames.has(epoch));
  if (JSON.stringify(alignment) !== JSON.stringify(run.alignment)) {
    run.alignment = alignment;
    for (const frame of run.frames.values()) frame.layout = null;
  }
  return run;
}

/**
 * Make the `i`th of the `count` frames of a message.
 *
 * @returns {Frame}
 */
function makeFrame({ epoch, low, high, limit, mse }, i, count, arrays) {
  const part = (array) => array.slice((i * array.length) / count, ((i + 1) * array.length) / count);
  const points = Float32Array.from(part(arrays.points), (value, k) => low[k % 2] + (value / STEPS) * (high[k % 2] - low[k % 2]));
  return { epoch, limit, mse, points, outputs: part(arrays.outputs), filters: part(arrays.filters), layout: null };
}

/**
 * Return where a frame's dots lie. Once a run has ended, all its frames are turned as its last one has the
 * code's own axes.
 *
 * @param {Frame} frame
 * @param {Run} run
 * @returns {Layout}
 */
export function layoutOf(frame, { alignment, scene: { labels } }) {
  return (frame.layout ??= layOut(alignment ? aligned(frame.points, alignment) : frame.points, labels));
}

/** @returns {Layout} */
function layOut(points, labels) {
  const columns = [0, 1].map((k) => points.filter((_, i) => i % 2 === k));
  const ranges = columns.map((column) => widened(robustExtent(column), ROOM));
  const middles = new Float32Array(20).fill(NaN);
  for (const label of new Set(labels)) {
    columns.forEach((column, k) => {
      middles[2 * label + k] = medianOf(column.filter((_, i) => labels[i] === label));
    });
  }
  return { points, middles, low: ranges.map((range) => range[0]), high: ranges.map((range) => range[1]) };
}

/** Undo a frame's own turn and shift: (points - shift) times the turn's inverse. */
export function aligned(points, { rotation: [[a, b], [c, d]], shift }) {
  const own = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] - shift[0];
    const y = points[i + 1] - shift[1];
    own[i] = x * a + y * b;
    own[i + 1] = x * c + y * d;
  }
  return own;
}
