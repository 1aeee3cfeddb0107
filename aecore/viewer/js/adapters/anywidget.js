// The explorer as a widget of a notebook: passes on what its frames and its model in Python tell each other.

const SHARED = ["model", "z", "selection"];
const OPENED = "opened"; // as in html/link.js

/** What anywidget calls: https://anywidget.dev/en/afm */
export const widget = {
  initialize({ model }) {
    const windowOf = (frame) => /** @type {HTMLIFrameElement} */ (frame).contentWindow;
    const frames = () => [...document.getElementsByName(model.get("frame"))].map(windowOf);
    const tell = (frame, names) => frame.postMessage(Object.fromEntries(names.map((name) => [name, model.get(name)])), "*");
    const tellAll = (frame) => tell(frame, SHARED.filter((name) => model.get(name).length));
    let teller = null; // the frame whose message is being passed on

    function listen({ source, data }) {
      if (!frames().includes(source)) return;
      if (data === OPENED) return tellAll(source);
      teller = source;
      for (const name of SHARED) if (name in data) model.set(name, data[name]);
      teller = null;
      model.save_changes();
    }

    addEventListener("message", listen);
    for (const name of SHARED) {
      model.on(`change:${name}`, () => frames().filter((frame) => frame !== teller).forEach((frame) => tell(frame, [name])));
    }
    for (const frame of frames()) {
      frame.postMessage(OPENED, "*"); // it may have opened before this listened
      tellAll(frame);
    }
    return () => removeEventListener("message", listen);
  },

  /** Show the frame where Python has not: in a box of widgets, or in a notebook that shows widgets alone. */
  render({ model, el }) {
    if (model.get("is_framed")) return;
    model.on("msg:custom", ({ frame }) => (el.innerHTML ||= frame));
    model.send("frame");
  },
};
