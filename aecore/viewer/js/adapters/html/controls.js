// Controls of the page.

import { make } from "../../core/dom.js";

/** Make a choice of one of several names in `element`; `pick(name)` is called with another one. */
export function makeSegments(element, label, pick) {
  const root = make("div", { class: "segments", role: "group", "aria-label": label });
  element.append(root);
  root.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button");
    if (button && button.getAttribute("aria-pressed") === "false") pick(button.textContent);
  });
  return {
    /** Show the names, one of them as chosen; a single one is no choice. */
    show(names, chosen) {
      root.hidden = names.length < 2;
      if ([...root.children].map((button) => button.textContent).join() !== names.join()) {
        root.replaceChildren(...names.map((name) => make("button", { type: "button" }, name)));
      }
      for (const button of root.children) button.setAttribute("aria-pressed", String(button.textContent === chosen));
    },
  };
}
