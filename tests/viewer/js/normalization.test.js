// Ink becomes the digit that Python makes of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PAPER, isInTwo, noArea, stampSegment } from "../../../aecore/viewer/js/model/ink.js";
import { normalize } from "../../../aecore/viewer/js/model/normalization.js";
import { resized } from "../../../aecore/viewer/js/model/resampling.js";
import { arrays, assertClose, header } from "./fixtures.js";

test("digits are those of aecore.digits.normalization", () => {
  for (let number = 0; number < header.inks; number++) {
    const digit = normalize(arrays[`ink.${number}`], 90, 120);

    assertClose(digit, arrays[`ink.${number}.digit`].map((value) => Math.round(255 * value) / 255), 1.001 / 255);
  }
});

test("an empty paper holds no digit", () => {
  assert.equal(normalize(new Float32Array(12), 4, 3), null);
});

test("pictures of other data sets are resized as Python does it", () => {
  const paper = { width: 392, height: 98, values: arrays["resized.paper"] };

  for (const [name, width, height] of [["small", 28, 7], ["large", 128, 32], ["same", 392, 98]]) {
    assertClose(resized(paper, width, height).values, arrays[`resized.${name}`], 1.001 / 255);
  }
});

/** Paper with strokes of a pen of 15 pixels. */
function paperWith(...strokes) {
  const ink = new Float32Array(PAPER * PAPER);
  for (const points of strokes) {
    points.forEach(([x, y], i) => stampSegment(ink, [...points[Math.max(i - 1, 0)], 15], [x, y, 15], noArea()));
  }
  return ink;
}

test("a stroke is as wide as its pen, and its area is noted", () => {
  const ink = new Float32Array(PAPER * PAPER);
  const area = noArea();

  stampSegment(ink, [100, 100, 10], [200, 100, 10], area);

  const column = Array.from({ length: PAPER }, (_, y) => ink[y * PAPER + 150]);
  assertClose([column.reduce((a, b) => a + b)], [20], 0.01);
  assert.ok(ink.every((value, at) => !value || (at % PAPER >= area.left && at % PAPER < area.right)));
  assert.ok(area.top <= 90 && area.bottom >= 110 && area.right - area.left < 130);
});

test("two digits side by side are noticed, a long one is not", () => {
  const [one, two] = [[[100, 60], [150, 300]], [[250, 60], [300, 300]]];

  assert.deepEqual([paperWith(one), paperWith(one, two), paperWith(one, one)].map(isInTwo), [false, true, false]);
});
