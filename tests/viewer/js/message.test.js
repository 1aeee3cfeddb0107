// Messages are read as they were written, wherever their bytes begin.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase85 } from "../../../aecore/viewer/js/core/base85.js";
import { readMessage, toSingle } from "../../../aecore/viewer/js/core/message.js";
import { header } from "./fixtures.js";

/** Lay a message as its format says, with room before it. */
function layMessage(header, tensors, offset = 0) {
  const entries = { __metadata__: { header: JSON.stringify(header) } };
  const bodies = [];
  let end = 0;
  for (const [name, [dtype, values]] of Object.entries(tensors)) {
    const bytes = new Uint8Array(values.buffer);
    entries[name] = { dtype, shape: [values.length], data_offsets: [end, (end += bytes.length)] };
    bodies.push(...bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(entries));
  const bytes = new Uint8Array(offset + 8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(offset, BigInt(text.length), true);
  bytes.set(text, offset + 8);
  bytes.set(bodies, offset + 8 + text.length);
  return bytes.subarray(offset);
}

const TENSORS = {
  bytes: ["U8", Uint8Array.of(1, 2, 255)],
  wide: ["F64", Float64Array.of(1 / 3, -2)],
  single: ["F32", Float32Array.of(0.5, 1e-3, -7)],
  steps: ["U16", Uint16Array.of(0, 65535)],
};

test("header and arrays come out as they went in, aligned or not", () => {
  for (let offset = 0; offset < 9; offset++) {
    const { header, arrays } = readMessage(layMessage({ hash: "1a", settings: { x: [1] } }, TENSORS, offset));

    assert.deepEqual(header, { hash: "1a", settings: { x: [1] } });
    assert.deepEqual(Object.keys(arrays), Object.keys(TENSORS));
    for (const [name, [, values]] of Object.entries(TENSORS)) assert.deepEqual(arrays[name], values);
  }
});

test("arrays are copies that outlive the message", () => {
  const bytes = layMessage({}, TENSORS);
  const { arrays } = readMessage(bytes);

  bytes.fill(0);

  assert.deepEqual(arrays.bytes, TENSORS.bytes[1]);
  assert.ok(Object.values(arrays).every((array) => array.buffer.byteLength === array.byteLength));
});

test("a header travels without arrays", () => {
  assert.deepEqual(readMessage(layMessage({ hash: "ü" }, {})), { header: { hash: "ü" }, arrays: {} });
});

test("half precision comes as single", () => {
  const bits = Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555);
  const values = [0, -0, 1, -2, 65504, 2 ** -24, 0.333251953125];

  assert.deepEqual([...toSingle(bits)], values);
  assert.deepEqual([...readMessage(layMessage({}, { codes: ["F16", bits] })).arrays.codes], values);
});

test("bytes come out of the text that Python writes", () => {
  for (const [text, bytes] of header.base85) {
    assert.deepEqual([...fromBase85(text)], bytes);
    assert.doesNotMatch(text, /[&<>"']/);
  }
});
