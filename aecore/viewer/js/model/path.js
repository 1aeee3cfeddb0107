// Paths of codes, and playing one frame by frame.

/**
 * Return evenly spaced codes from `start` to `end` (D), both included, as aecore/latent/interpolation.py does.
 *
 * @param {Float32Array} start
 * @param {Float32Array} end
 */
export function straightPath(start, end, steps) {
  return Array.from({ length: steps }, (_, step) => start.map((value, i) => value + (step / (steps - 1)) * (end[i] - value)));
}

/**
 * Return evenly spaced codes (D) along the line through `points`, its ends included.
 *
 * @param {Float32Array[]} points  One at least
 */
export function resamplePath(points, steps) {
  const traveled = [0];
  for (let i = 1; i < points.length; i++) traveled.push(traveled[i - 1] + Math.hypot(...points[i].map((value, k) => value - points[i - 1][k])));
  let leg = 0;
  return Array.from({ length: steps }, (_, step) => {
    const position = (step / (steps - 1)) * traveled.at(-1);
    while (leg < points.length - 2 && traveled[leg + 1] < position) leg++;
    const [from, to] = [points[leg], points[leg + 1] ?? points[leg]];
    const share = (position - traveled[leg]) / (traveled[leg + 1] - traveled[leg] || 1);
    return from.map((value, i) => value + share * (to[i] - value));
  });
}

/** Return the step on show some milliseconds after the start, one a frame, the last one at the end. */
export function stepAt(elapsed, frameMs, steps) {
  return Math.min(Math.max(Math.floor(elapsed / frameMs), 0), steps - 1);
}

/** Return `count` of the steps at equal distances, the first and the last among them. */
export function spreadSteps(steps, count) {
  return Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / (count - 1)));
}
