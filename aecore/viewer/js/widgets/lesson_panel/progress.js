// What the browser remembers of lessons: the step, first and last predictions, measured answers and times. It
// is read anew for every change, so that two tabs do not undo each other's.

import { recall, remember } from "../../core/storage.js";

export const KEY = "aecore.lessons";

/**
 * @typedef {object} Progress  Of one lesson; the objects are by step, from 1
 * @property {number} step  The one that was opened last
 * @property {Record<string, any>} first  Predictions
 * @property {Record<string, any>} last
 * @property {Record<string, any>} draft  A prediction that is not made yet
 * @property {Record<string, any>} answers
 * @property {Record<string, number | null>} gaps  Of the first predictions
 * @property {Record<string, {opened?: string, answered?: string, done?: string}>} times
 * @property {Record<string, string>} pictures  Data URLs of drawn predictions
 * @property {string} fingerprint  Of the lesson's text
 */

const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns {Record<string, any>} */
function readAll() {
  try {
    const all = JSON.parse(recall(KEY) ?? "{}");
    return isTable(all) ? all : {};
  } catch {
    return {}; // damaged: it begins anew
  }
}

/** @returns {Progress} */
export function progressOf(name) {
  const own = readAll()[name];
  /** @type {any} */
  const progress = { step: Number(own?.step) || 0, fingerprint: String(own?.fingerprint ?? "") };
  for (const table of ["first", "last", "draft", "answers", "gaps", "times", "pictures"]) {
    progress[table] = isTable(own?.[table]) ? own[table] : {};
  }
  return progress;
}

/**
 * Change what is kept of a lesson.
 *
 * @param {(progress: Progress) => void} change
 */
export function changeProgress(name, change) {
  const progress = progressOf(name);
  change(progress);
  remember(KEY, JSON.stringify({ ...readAll(), [name]: progress }));
  return progress;
}

/** Forget all of a lesson. */
export function forget(name) {
  const { [name]: _, ...others } = readAll();
  remember(KEY, JSON.stringify(others));
}

/** Tell whether a step is finished: answered, or done where there is nothing to predict. */
export function isFinished(progress, step, number) {
  return Boolean(step.prediction ? progress.answers[number] : progress.times[number]?.done);
}

/** Return how many steps are finished. */
export const countFinished = (progress, steps) => steps.filter((step, i) => isFinished(progress, step, i + 1)).length;
