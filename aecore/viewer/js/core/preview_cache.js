// Showing at once what was on show of a model before, when it is picked again: the server's own answer,
// later, finds it as it should be.

const SCENES_KEPT = 24; // a component

/** Call `turn(model)` when the visitor clicks one in the page's list of models, until `signal`. */
export function onPick(turn, signal) {
  const look = ({ target }) => {
    const option = target.closest?.("[role=option]");
    const picker = document.querySelector(".st-key-model input");
    if (!option || picker?.getAttribute("aria-controls") !== option.closest("[role=listbox]")?.id) return;
    const [model] = option.textContent.split(" · ");
    requestAnimationFrame(() => setTimeout(() => turn(model))); // first the server is told
  };
  document.addEventListener("click", look, { capture: true, signal });
}

/** Remembers a component's messages by model and scene; `show(message)` shows one again. */
export function makeForesight(show) {
  const seen = new Map();
  const ends = new AbortController();
  let scene = null;
  onPick((model) => {
    const found = seen.get(`${model} ${scene}`);
    if (found) show(found);
  }, ends.signal);
  return {
    /** Remember a message as that of {model, scene}; not if there is none, or no model. */
    keep(message, view) {
      scene = view?.scene ?? null;
      if (!view?.model) return;
      putLast(seen, `${view.model} ${scene}`, message, SCENES_KEPT);
    },
    end: () => ends.abort(),
  };
}

/** Set an entry of a map as its newest one; the oldest go where there are too many. */
export function putLast(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  while (map.size > most) map.delete(map.keys().next().value);
}
