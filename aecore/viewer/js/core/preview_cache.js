// Showing at once what was on show of a model before, when it is picked again: the server's own answer,
// later, finds it as it should be.

import { setNewest } from "./recent.js";

const MESSAGES_KEPT = 24; // a widget
const MODEL_PICKER = "model"; // its key

/**
 * Call `show(model)` when the visitor picks a model of the page.
 *
 * @param {import("./host.js").Host} host
 */
export function onModelPick(host, show, signal) {
  host.onChoice(({ key, text }) => {
    if (key !== MODEL_PICKER) return;
    const [model] = text.split(" · ");
    requestAnimationFrame(() => setTimeout(() => show(model))); // first the server is told
  }, signal);
}

/**
 * Make a cache of a widget's messages by model and view; `show(message)` shows one again.
 *
 * @param {import("./host.js").Host} host
 */
export function makePreviewCache(host, show, signal) {
  const messages = new Map();
  let view = null;
  onModelPick(host, (model) => {
    const message = messages.get(`${model} ${view}`);
    if (message) show(message);
  }, signal);
  return {
    /** Keep a message as that of {model, view}; not if there is none, or no model. */
    keep(message, preview) {
      view = preview?.view ?? null;
      if (preview?.model) setNewest(messages, `${preview.model} ${view}`, message, MESSAGES_KEPT);
    },
  };
}
