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
    /** Put an element into another one until the end. */
    add(parent, element) {
      parent.append(element);
      undo.push(() => element.remove());
    },
    /** Call `action` with the first size of an element, and with every other one. */
    watchSize(element, action) {
      const observer = new ResizeObserver(action);
      observer.observe(element);
      undo.push(() => observer.disconnect());
    },
    /** Make a timer; to start it again puts it off. */
    makeTimer() {
      let timer = 0;
      const stop = () => clearTimeout(timer);
      undo.push(stop);
      return {
        start(action, ms) {
          stop();
          timer = setTimeout(action, ms);
        },
        stop,
      };
    },
    /** Call `action` at the end, the latest first. */
    onEnd: (action) => undo.push(action),
    end() {
      controller.abort();
      for (const action of undo.splice(0).reverse()) action();
    },
  };
}
