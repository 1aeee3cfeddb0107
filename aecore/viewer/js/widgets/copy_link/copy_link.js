// A button that copies the page's address, which holds all that can be seen.

import { build } from "../../core/dom.js";
import { makeScope } from "../../core/scope.js";
import { recall } from "../../core/storage.js";

const LONGEST = 2000; // characters, for what programs cut
const SHOWN_MS = 6000;
const VIEW = `
<div class="bar copy-link">
  <span ref="status" class="hint" role="status"></span>
  <input ref="field" type="text" readonly hidden aria-label="Link to this page" />
  <button ref="button" type="button">Copy link</button>
</div>`;

/** Return the page's address, with what this browser keeps switched off and the address does not say. */
function linkOf(kept) {
  const named = new URLSearchParams(location.search);
  const missing = Object.keys(kept).filter((name) => recall(kept[name]) === "off" && !named.has(name));
  return missing.reduce((url, name) => `${url}${url.includes("?") ? "&" : "?"}${name}=off`, location.href);
}

/** Copy a text by way of a field's selection, which works over plain HTTP and in frames, too. */
function copySelected(field) {
  field.select();
  return document.execCommand("copy");
}

/** @type {import("../../core/host.js").Mount} */
export function mountCopyLink(element) {
  const scope = makeScope();
  const timer = scope.makeTimer();
  const { root, button, field, status } = build(VIEW);
  scope.add(element, root);
  let leftOut = "";
  let kept = {}; // names in the browser's storage by parameter

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      field.value = text;
      field.hidden = false;
      const copied = copySelected(field);
      field.hidden = copied;
      if (copied) button.focus();
      return copied;
    }
  }

  scope.listen(button, "click", async () => {
    const address = linkOf(kept);
    const copied = await copy(address);
    const notes = [copied ? "Copied." : "Press Ctrl+C (⌘C) to copy."];
    if (leftOut) notes.push(leftOut);
    if (address.length > LONGEST) notes.push(`The link has ${address.length} characters: some programs cut it short.`);
    status.textContent = notes.join(" ");
    if (copied) timer.start(() => (status.textContent = ""), SHOWN_MS);
    else timer.stop();
  });
  return {
    update: ({ header }) => {
      leftOut = header.leftOut;
      kept = header.kept;
      button.title = leftOut;
    },
    destroy: scope.end,
  };
}
