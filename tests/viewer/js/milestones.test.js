// A tour's step is done by what it waits for, and by nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isDone, tellMilestone, whenDone } from "../../../aecore/viewer/js/core/milestones.js";

test("details that are named must agree, numbers and texts alike", () => {
  const crossed = { event: "class_crossed", from: 4, to: 9 };

  assert.ok(isDone({ event: "class_crossed", from: 4, to: 9 }, crossed));
  assert.ok(isDone({ event: "class_crossed", to: "9" }, crossed));
  assert.ok(!isDone({ event: "class_crossed", from: 9, to: 4 }, crossed));
  assert.ok(!isDone({ event: "data_left" }, crossed));
});

test("widgets and controls are heard until the step ends", () => {
  globalThis.document = /** @type {any} */ (new EventTarget());
  let choose;
  let count = 0;
  const host = /** @type {any} */ ({ onChoice: (listener) => (choose = listener) });
  const step = new AbortController();

  whenDone({ event: "data_left" }, host, () => (count += 1), step.signal);
  tellMilestone("drawing_ended");
  assert.equal(count, 0);
  tellMilestone("data_left");
  assert.equal(count, 1);
  step.abort();
  tellMilestone("data_left");
  assert.equal(count, 1);

  whenDone({ event: "control_used", key: "noise_kind" }, host, () => (count += 1), new AbortController().signal);
  choose({ key: "model" });
  choose({ key: "noise_kind" });
  assert.equal(count, 2);
});
