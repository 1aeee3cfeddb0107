// One update a frame, however many events there are.

import { meter } from "./meter.js";

/**
 * Make a loop: however often `request` is called, `draw` runs once, in the next animation frame.
 *
 * @param {ReturnType<typeof import("./scope.js").makeScope>} scope  That it ends with
 * @param {() => void} draw
 */
export function makeFrameLoop(scope, draw) {
  let frame = 0;
  let isAnswer = false; // to an event
  scope.onEnd(() => cancelAnimationFrame(frame));
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
  };
}
