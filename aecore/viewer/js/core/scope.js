// Listeners and clean-up.

import { meter } from "./meter.js";

/** Listeners and other things to undo, all undone by one `dispose`. */
export function makeScope() {
  const controller = new AbortController();
  const undo = [];
  return {
    listen(target, type, handler, options = {}) {
      target.addEventListener(type, handler, { ...options, signal: controller.signal });
      meter.listeners += 1;
      undo.push(() => (meter.listeners -= 1));
    },
    /** A Plotly chart has its own way to listen. */
    listenChart(chart, type, handler) {
      chart.on(type, handler);
      meter.listeners += 1;
      undo.push(() => {
        chart.removeListener?.(type, handler);
        meter.listeners -= 1;
      });
    },
    onDispose: (action) => undo.push(action),
    dispose() {
      controller.abort();
      for (const action of undo.splice(0).reverse()) action();
    },
  };
}
