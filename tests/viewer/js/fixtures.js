// What Python computed: `python -m tests.support.viewer_fixtures FILE`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { readMessage } from "../../../aecore/viewer/js/core/message.js";
import { makeModel } from "../../../aecore/viewer/js/model/network.js";

const path = process.env.AECORE_FIXTURES ?? "node_modules/.cache/aecore/fixtures.safetensors";
export const { header, arrays } = readMessage(new Uint8Array(readFileSync(path)));

/** The model whose message is among the fixtures. */
export function modelOf(name) {
  const message = readMessage(arrays[`${name}.message`]);
  return makeModel(message.header, message.arrays);
}

/** Rows of a table of `columns`. */
export function rowsOf(values, columns) {
  return Array.from({ length: values.length / columns }, (_, i) => values.subarray(i * columns, (i + 1) * columns));
}

/** Assert that numbers differ by at most `tolerance`, and that there are as many. */
export function assertClose(actual, expected, tolerance) {
  assert.equal(actual.length, expected.length);
  const worst = Math.max(...Array.from(actual, (value, i) => Math.abs(value - expected[i])));
  assert.ok(worst <= tolerance, `differs by ${worst}, more than ${tolerance}`);
}
