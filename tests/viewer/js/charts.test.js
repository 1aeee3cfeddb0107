// Axes, texts, paths and the geometry of maps.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isEqual } from "../../../aecore/viewer/js/core/arrays.js";
import * as axes from "../../../aecore/viewer/js/core/axes.js";
import { movedApart, nearestPoint, pointsWithin, simplified } from "../../../aecore/viewer/js/core/geometry.js";
import * as text from "../../../aecore/viewer/js/core/text.js";
import { spreadSteps, stepAt } from "../../../aecore/viewer/js/model/path.js";
import { stretchesOf } from "../../../aecore/viewer/js/widgets/charts/axis_charts.js";
import { assertClose } from "./fixtures.js";

test("ticks around a range hold it, ticks within it do not leave it", () => {
  assertClose(axes.ticksAround(0.013, 0.071), [0, 0.02, 0.04, 0.06, 0.08], 1e-12);
  assert.deepEqual(axes.ticksAround(3, 3), [3, 4]);
  assertClose(axes.ticksWithin(-1.2, 1.3, 5), [-1, -0.5, 0, 0.5, 1], 1e-12);
  assert.deepEqual(axes.ticksWithin(0, 15, 6).filter(Number.isInteger), [0, 5, 10, 15]);
  assert.deepEqual(axes.ticksWithin(0, 3, 6).filter(Number.isInteger), [0, 1, 2, 3]);
});

test("a logarithmic axis has some ticks however short it is", () => {
  assertClose(axes.powersAround(10, 0.02, 3), [0.01, 0.1, 1, 10], 1e-12);
  assert.deepEqual(axes.powersAround(2, 2, 16), [2, 4, 8, 16]);
  assertClose(axes.logTicksWithin(0.008, 1.2), [0.01, 0.1, 1], 1e-12);
  for (const high of [0.0135, 0.02, 0.2]) {
    const ticks = axes.logTicksWithin(0.01, high);
    assert.ok(ticks.length > 2 && ticks.every((tick) => tick >= 0.01 && tick <= high));
  }
});

test("a few outliers do not stretch a map, and a collapsed one has room", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 500 ? 1e6 : i));

  assert.deepEqual(axes.extent(values), [0, 1e6]);
  assert.ok(axes.robustExtent(values)[1] < 1000);
  assert.deepEqual(axes.widened([0, 10], 0.1), [-1, 11]);
  assert.deepEqual(axes.widened([4, 4], 0), [3, 5]);
  assert.equal(axes.medianOf([5, 1, 9, 100]), 9);
});

test("numbers are written with a real minus and no more digits than they need", () => {
  assert.deepEqual([-0.001, -1.005, 3].map((value) => text.fixed(value)), ["0.00", "−1.00", "3.00"]);
  assert.deepEqual([-12345, 0.123456, -2.5e-7].map((value) => text.brief(value)), ["−12,345", "0.123", "−2.5e−7"]);
  assert.deepEqual([0.0412, 4.14e-5].map(text.errorText), ["0.0412", "4.1e−5"]);
  assert.deepEqual([99.44, 99.5, 12.6].map(text.percentText), ["99%", "99.5%", "13%"]);
  assert.equal(text.codeText([1, -2, 3, 4, 5]), "z = (1.00, −2.00, 3.00, 4.00, …)");
  assert.deepEqual([1, 10_000].map((count) => text.counted(count, "digit")), ["1 digit", "10,000 digits"]);
});

test("a code lies outside the data where it is said so", () => {
  assert.deepEqual([99.4, 99.5].map(text.isOutside), [false, true]);
});

test("where a code lies is said with its reason", () => {
  const told = (place, grayer) => text.placeText({ place, percentile: 43.2, grayer, nearestLabel: 8 }).join("");

  assert.match(told("within", 61.2), /43% of the test digits, grayer than 61% of the decoded test digits; the nearest/);
  assert.match(told("between", 99.94), /^Between the digits: blurred, grayer than 99.9% of .* no digit\.$/);
  assert.match(told("blurred", 99.2), /^Blurred: grayer than 99% of .* an average of many 8s\.$/);
  assert.match(told("outside", 99.9), /^Outside the data: more isolated than 43%/);
});

test("playing a path shows every step for as long as the others, and ends on the last", () => {
  assert.deepEqual([-5, 0, 59, 60, 1e9].map((ms) => stepAt(ms, 60, 61)), [0, 0, 0, 1, 60]);
  assert.deepEqual(spreadSteps(61, 11), [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
  assert.deepEqual(spreadSteps(3, 3), [0, 1, 2]);
});

test("a line has a stretch on each side of a gap", () => {
  assert.deepEqual(stretchesOf([[0, 1], [1, null], [2, 3], [3, 4], [4, null]]), [[[0, 1]], [[2, 3], [3, 4]]]);
});

test("the nearest point is found within reach alone", () => {
  const points = [0, 0, 10, 0, 10, 10];

  assert.equal(nearestPoint(points, 9, 1, 5), 1);
  assert.equal(nearestPoint(points, 5, 5, 5), null);
});

test("places that overlap are moved apart, and those that do not stay", () => {
  const places = [[0, 0], [0, 0], [3, 1], [2, 5], [100, 100], [110, 100]];

  const moved = movedApart(places, 17);

  moved.forEach((one, i) =>
    moved.slice(0, i).forEach((other) => assert.ok(Math.hypot(one[0] - other[0], one[1] - other[1]) >= 17)),
  );
  assert.ok(moved.slice(0, 4).every(([x, y], i) => Math.hypot(x - places[i][0], y - places[i][1]) < 34));
  assert.deepEqual(movedApart([[0, 0], [20, 0]], 17), [[0, 0], [20, 0]]);
});

test("a lasso of many corners keeps its shape with few", () => {
  const circle = Array.from({ length: 700 }, (_, i) => [0, 1].map((k) => 200 * Math.cos((i * Math.PI) / 350 - (k * Math.PI) / 2)));
  const box = [[0, 0], [9, 0], [9, 9], [0, 9]];

  const few = simplified(circle, 36);

  assert.ok(few.length > 20 && few.length <= 36);
  assert.ok(few.every(([x, y]) => Math.abs(Math.hypot(x, y) - 200) < 1e-9));
  const areaOf = (polygon) =>
    polygon.reduce((sum, [x, y], i) => sum + x * polygon.at(i - 1)[1] - y * polygon.at(i - 1)[0], 0) / 2;
  assert.ok(Math.abs(areaOf(few) / areaOf(circle) - 1) < 0.02);
  assert.deepEqual(simplified(box, 36), box);
});

test("points within a polygon are told from those in its notch", () => {
  const notched = [[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]];

  assert.deepEqual([...pointsWithin([1, 1, 5, 8, 9, 5, 11, 5], notched)], [1, 0, 1, 0]);
});

test("arrays are equal when all of their numbers are", () => {
  assert.ok(isEqual(Uint8Array.of(1, 2), [1, 2]));
  assert.ok(!isEqual([1, 2], [1, 3]));
  assert.ok(!isEqual(null, [1]));
});
