// What a visitor has done on a page, for a tour that waits for it. Widgets tell it as events of the document:
//
//   drawing_ended           a digit is on the paper, and the pen is up
//   model_shown {dim}       the paper follows a model with so many latent dimensions
//   class_crossed {from, to}  the probe has gone from codes nearest to one class to those of another
//   data_left               the probe has gone outside the data
//   run_ended               a training that was watched has ended
//   control_used {key}      a choice was made with the page's control of this key

const TYPE = "aecore-milestone";

/** Tell whoever waits for it what the visitor has done. */
export function tellMilestone(event, detail = {}) {
  document.dispatchEvent(new CustomEvent(TYPE, { detail: { event, ...detail } }));
}

/** Return whether what was told is what is waited for; of its details, those that are named. */
export function isDone(done, told) {
  return Object.entries(done).every(([name, value]) => String(told[name]) === String(value));
}

/**
 * Call `action` every time that a visitor does what a lesson's step waits for.
 *
 * @param {Record<string, unknown>} done  The step's `done`: an event, and details that it must have
 * @param {import("./host.js").Host} host
 * @param {() => void} action
 * @param {AbortSignal} signal
 */
export function whenDone(done, host, action, signal) {
  const take = (told) => isDone(done, told) && action();
  document.addEventListener(TYPE, (/** @type {any} */ { detail }) => take(detail), { signal });
  host.onChoice(({ key }) => take({ event: "control_used", key }), signal);
}
