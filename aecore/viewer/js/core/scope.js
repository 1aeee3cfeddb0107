// The life of a widget: what is to be undone when it ends.

/**
 * Make a scope: listeners and other things to undo, all undone by `end`. `counter.listeners` is the number
 * of those that are yet to be removed.
 */
export function makeScope(counter = { listeners: 0 }) {
  const controller = new AbortController();
  /** @type {(() => void)[]} */
  const undo = [];
  const count = () => {
    counter.listeners += 1;
    undo.push(() => (counter.listeners -= 1));
  };
  return {
    signal: controller.signal,
    /** Listen until the end. */
    listen(target, type, handler, options = {}) {
      target.addEventListener(type, handler, { ...options, signal: controller.signal });
      count();
    },
    /** Listen to a Plotly chart, which has its own way. */
    listenChart(chart, type, handler) {
      chart.on(type, handler);
      undo.push(() => chart.removeListener?.(type, handler));
      count();
    },
    /** Call `action` at the end, the latest first. */
    onEnd: (action) => undo.push(action),
    end() {
      controller.abort();
      for (const action of undo.splice(0).reverse()) action();
    },
  };
}
