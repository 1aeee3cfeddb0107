// Samples have the distribution that they are said to have.

import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf, sampleFitted, sampleNormal, samplePrior, sampleRow } from "../../../aecore/viewer/js/model/sampling.js";
import { arrays, assertClose, modelOf } from "./fixtures.js";

const COUNT = 20_000;

/** A small generator of our own (mulberry32), so that every run draws the same. */
function seeded(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean and covariance of pairs, as flat arrays. */
function momentsOf(pairs) {
  const mean = [0, 1].map((k) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length);
  const covariance = [0, 1].flatMap((j) =>
    [0, 1].map((k) => pairs.reduce((sum, pair) => sum + (pair[j] - mean[j]) * (pair[k] - mean[k]), 0) / pairs.length),
  );
  return { mean, covariance };
}

const many = (draw) => Array.from({ length: COUNT }, draw);

test("samples of a fitted distribution have the codes' mean and covariance", () => {
  const model = modelOf("atlas2");
  const rows = rowsOf(model, null);
  const random = seeded(1);

  const { mean, covariance } = momentsOf(many(() => sampleFitted(model, rows, random)));

  const wanted = arrays["atlas2.covariance"];
  const variance = Math.max(...wanted);
  assertClose(mean, model.mean, 0.05 * Math.sqrt(variance)); // seven standard errors
  assertClose(covariance, wanted, 0.05 * variance);
});

test("the distribution of one class leaves the others out", () => {
  const model = modelOf("atlas2");
  const rows = rowsOf(model, 2);
  const random = seeded(2);

  const { mean } = momentsOf(many(() => sampleFitted(model, rows, random)));

  assert.ok(rows.length && rows.every((row) => model.labels[row] === 2));
  assertClose(mean, momentsOf(rows.map((row) => model.codes.subarray(2 * row, 2 * row + 2))).mean, 0.1);
});

test("samples of the prior have mean 0 and variance 1", () => {
  const random = seeded(3);

  const { mean, covariance } = momentsOf(many(() => samplePrior({ dim: 2 }, random)));

  assertClose(mean, [0, 0], 0.05);
  assertClose(covariance, [1, 0, 0, 1], 0.05);
  assert.ok(Number.isFinite(sampleNormal(() => 0)));
});

test("one of the rows is drawn, each as often as the others", () => {
  const random = seeded(4);
  const counts = new Map();

  for (const row of many(() => sampleRow([3, 5, 8], random))) counts.set(row, (counts.get(row) ?? 0) + 1);

  assert.deepEqual([...counts.keys()].sort(), [3, 5, 8]);
  assertClose([...counts.values()], Array(3).fill(COUNT / 3), 0.05 * COUNT);
});
