// Playing a path of codes, frame by frame.

/** Return the step on show some milliseconds after the start, one a frame, the last one at the end. */
export function stepAt(elapsed, frameMs, steps) {
  return Math.min(Math.max(Math.floor(elapsed / frameMs), 0), steps - 1);
}

/** Return `count` of the steps at equal distances, the first and the last among them. */
export function spreadSteps(steps, count) {
  return Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / (count - 1)));
}
