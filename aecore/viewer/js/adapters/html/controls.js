// Controls of the page, and files that it saves.

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

/** Save a text as a file. */
export function save(file, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { download: file, href: url }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
