// One update a frame.

import { WAITS_KEPT, meter } from "./meter.js";

const afterPaint = new MessageChannel(); // a message sent while drawing comes after the commit
const pending = [];
afterPaint.port1.onmessage = () => {
  const now = performance.now();
  for (const { since, handled } of pending.splice(0)) {
    if (meter.waits.length >= WAITS_KEPT) meter.waits.length = meter.works.length = 0;
    meter.waits.push(now - since);
    meter.works.push(now - handled);
  }
};

/** However often `request(event)` is called, `draw` runs once, in the next animation frame. */
export function makeLoop(draw) {
  let frame = 0;
  let first = null; // the first event that the coming frame answers
  function run() {
    frame = 0;
    const answered = first;
    first = null;
    draw();
    if (answered) {
      meter.frames += 1;
      pending.push(answered);
      afterPaint.port2.postMessage(0);
    }
  }
  return {
    request(event) {
      if (event) first ??= { since: event.timeStamp, handled: performance.now() };
      frame ||= requestAnimationFrame(run);
    },
    cancel() {
      cancelAnimationFrame(frame);
      frame = 0;
      first = null;
    },
  };
}
