// What a tab holds on to: the newest of many things, training runs, and what it has to ask for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { makeRequest, setNewest } from "../../../aecore/viewer/js/core/recent.js";
import { aligned, keepRun, layoutOf } from "../../../aecore/viewer/js/widgets/training_monitor/run_store.js";
import { assertClose } from "./fixtures.js";

test("the oldest entries go first, and a new value makes an entry the newest", () => {
  const map = new Map();

  for (const key of ["a", "b", "a", "c"]) setNewest(map, key, key, 2);

  assert.deepEqual([...map.keys()], ["a", "c"]);
});

test("arrays are asked for once a message", () => {
  const sent = [];
  const request = makeRequest({ send: (...report) => sent.push(report) });
  const message = {};

  for (const each of [message, message, {}]) request(each, "1a");

  assert.deepEqual(sent, [["need", "1a"], ["need", "1a"]]);
});

const SCENE = { labels: Uint8Array.of(0, 0, 1), inputs: new Uint8Array(784), targets: new Uint8Array(784) };

/** A message with the records and frames of some epochs. */
function message(key, epochs, { since = { record: 0, frame: -1 }, all = epochs, alignment = null, scene = true } = {}) {
  const header = {
    key,
    since,
    records: epochs.map((epoch) => ({ epoch, test: 1 / epoch })),
    frames: epochs.map((epoch) => ({ epoch, low: [0, -1], high: [65535, 1], limit: 1, mse: [0] })),
    epochs: all,
    scene: { names: [0, 1] },
    alignment,
  };
  const points = Uint16Array.from(epochs.flatMap((epoch) => [epoch, 0, epoch, 65535, 7, 65535]));
  const pictures = { outputs: new Uint8Array(784 * epochs.length), filters: new Uint8Array(784 * epochs.length) };
  return [header, { points, ...pictures, ...(scene ? SCENE : {}) }];
}

test("a run grows by what each message adds, and forgets frames that are thinned out", () => {
  keepRun(...message("grows", [1, 2]));
  const next = { since: { record: 2, frame: 2 }, all: [1, 3], scene: false };

  const run = keepRun(...message("grows", [3], next));

  assert.deepEqual(run.records.map(({ epoch }) => epoch), [1, 2, 3]);
  assert.deepEqual(run.epochs, [1, 3]);
  assertClose(run.frames.get(3).points, [3, -1, 3, 1, 7, 1], 1e-3);
});

test("a run of which something is missing is asked for again", () => {
  assert.equal(keepRun(...message("missed", [4], { since: { record: 3, frame: 3 } })), null);
  assert.equal(keepRun(...message("blind", [1], { scene: false })), null);
});

test("a layout has the classes' medians, and none where there is no digit", () => {
  const run = keepRun(...message("layout", [5]));

  const { middles, low, high } = layoutOf(run.frames.get(5), run);

  assertClose(middles.slice(0, 4), [5, 1, 7, 1], 1e-3);
  assert.ok(middles.slice(4).every(Number.isNaN));
  assert.ok(low[0] < 5 && high[0] > 7);
});

test("once a run has ended its frames are turned to the code's own axes", () => {
  const alignment = { rotation: [[0, -1], [1, 0]], shift: [1, 0] };
  const open = layoutOf(keepRun(...message("turns", [2])).frames.get(2), keepRun(...message("turns", [2])));

  const run = keepRun(...message("turns", [], { since: { record: 1, frame: 2 }, all: [2], alignment, scene: false }));

  const { points } = layoutOf(run.frames.get(2), run);
  assert.notDeepEqual(points, open.points);
  assert.deepEqual(points, aligned(open.points, alignment));
  assertClose(aligned(Float32Array.of(3, 5), alignment), [-5, 2], 1e-6);
});
