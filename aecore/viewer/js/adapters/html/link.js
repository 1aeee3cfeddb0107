// What the page and a notebook's widget tell each other: the model, the pinned code, the selected digits.

/**
 * @typedef {object} Shared  Or some of it: what has changed
 * @property {string} [model]  Its name
 * @property {number[]} [z]  The pinned code; empty for none
 * @property {number[]} [selection]  Numbers of test digits
 */

/** The message that asks for all that the other side has. */
const OPENED = "opened";

/** Whether a widget listens: it names its frames. */
export const isLinked = window.name.startsWith("aecore-");

/**
 * Call `take` with what the widget changes, and return what tells it of changes here.
 *
 * @param {(changes: Shared) => void} take
 * @returns {(values: Shared) => void}
 */
export function linkToWidget(take) {
  /** @type {Shared} */
  const known = {}; // to both
  if (!isLinked) return () => {};

  /** Pass those of the values on that are not known yet; at first all is empty. */
  function pass(values, on) {
    const news = Object.entries(values).filter(([name, value]) => String(value) !== String(known[name] ?? ""));
    if (!news.length) return;
    Object.assign(known, Object.fromEntries(news));
    on(Object.fromEntries(news));
  }

  // A frame without an origin of its own can neither name nor check one: the window that it lies in counts.
  const send = (message) => parent.postMessage(message, "*");
  addEventListener("message", ({ source, data }) => {
    if (source !== parent) return;
    if (data === OPENED) return send(known);
    pass(data, take);
  });
  send(OPENED);
  return (values) => pass(values, send);
}
