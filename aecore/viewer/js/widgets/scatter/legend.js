// The classes of a scatter plot: a press hides one, a double-click shows it alone, pointing brings it forward.

import { classOf, picture } from "../../core/digit.js";
import { build, make } from "../../core/dom.js";

const VIEW = `<div class="legend" role="group" aria-label="Classes on show"></div>`;

/**
 * Make the legend in `element`. `on.hide(hidden)` is called with the Set of the classes that are not to be
 * shown, `on.point(label)` with the class pointed at, or null.
 */
export function makeLegend(element, scope, on) {
  const { root } = build(VIEW);
  let labels = [];
  /** @type {Set<number>} */
  let hidden = new Set();
  scope.add(element, root);

  const labelOf = (event) => {
    const button = event.target.closest?.("button");
    return button ? Number(button.dataset.label) : null;
  };

  function set(next) {
    hidden = next;
    for (const button of root.children) button.setAttribute("aria-pressed", String(!hidden.has(Number(button.dataset.label))));
    on.hide(hidden);
  }

  scope.listen(root, "click", (event) => {
    const label = labelOf(event);
    if (label === null || event.detail > 1) return;
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    set(next);
  });
  scope.listen(root, "dblclick", (event) => {
    const label = labelOf(event);
    if (label === null) return;
    const others = labels.filter((each) => each !== label);
    set(new Set(others.every((each) => hidden.has(each)) ? [] : others));
  });
  for (const type of ["pointerover", "focusin"]) {
    scope.listen(root, type, (event) => {
      const label = labelOf(event);
      on.point(hidden.has(label) ? null : label);
    });
  }
  for (const type of ["pointerleave", "focusout"]) scope.listen(root, type, () => on.point(null));

  return {
    /** Show these classes in their colors, some of them hidden. */
    show(next, colors, nextHidden) {
      labels = next;
      root.replaceChildren(
        ...labels.map((label) => {
          const attributes = { type: "button", "data-label": label, style: `--digit:${colors[label]}`, title: "Click to hide or show; double-click to show it alone" };
          return make("button", { ...attributes, "aria-label": picture.noun === "digit" ? `Digit ${label}` : classOf(label) }, classOf(label));
        }),
      );
      set(nextHidden);
    },
  };
}
