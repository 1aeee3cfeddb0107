// One update a frame, however many events there are.

import { meter } from "./meter.js";

/**
 * Make a loop: however often `request` is called, `draw` runs once, in the next animation frame.
 *
 * @param {() => void} draw
 */
export function makeFrameLoop(draw) {
  let frame = 0;
  let isAnswer = false; // to an event
  return {
    /** @param {Event} [event] that the frame answers */
    request(event) {
      isAnswer ||= Boolean(event);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw();
        if (isAnswer) meter.frames += 1;
        isAnswer = false;
      });
    },
    cancel() {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
