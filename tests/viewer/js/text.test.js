// Words on the widgets read as people write them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withArticle } from "../../../aecore/viewer/js/core/text.js";
import { SOURCES } from "../../../aecore/viewer/js/widgets/generate/code_sources.js";

test("a class has its indefinite article", () => {
  assert.deepEqual([0, 1, 8, "8", 9].map(withArticle), ["a 0", "a 1", "an 8", "an 8", "a 9"]);
});

test("a sampled test digit is named with it", () => {
  const model = { labels: [8], codes: new Float32Array(2), dim: 2, count: 1 };
  assert.equal(SOURCES.at(-1).sample(model, 8).from, "test digit no. 0, an 8");
});
