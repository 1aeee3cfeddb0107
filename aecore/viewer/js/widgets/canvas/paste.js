// A picture from the clipboard into the page's file uploader, as if it had been chosen there.

import { build } from "../../core/dom.js";
import { makeScope } from "../../core/scope.js";

const UPLOADER_KEY = "digit_upload";
const HINT = "or press Ctrl+V (⌘V) with a picture in the clipboard";
const VIEW = `
<div class="bar paste">
  <button ref="button" type="button">Paste a picture</button>
  <span ref="status" class="hint" role="status">${HINT}</span>
</div>`;

/** Return the pictures of the clipboard; the browser may ask the visitor first. */
async function readClipboard() {
  const files = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((name) => name.startsWith("image/"));
    if (type) files.push(new File([await item.getType(type)], "pasted.png", { type }));
  }
  return files;
}

/** @type {import("../../core/host.js").Mount} */
export function mountPaste(element, host) {
  const scope = makeScope();
  const { root, button, status } = build(VIEW);
  button.hidden = !navigator.clipboard?.read; // only where the page came over a safe connection
  scope.add(element, root);

  /** Hand a picture to the uploader; false if there is none. */
  function give(files) {
    const input = /** @type {HTMLInputElement} */ (host.find(UPLOADER_KEY)?.querySelector("input[type=file]"));
    const picture = [...files].find((file) => file.type.startsWith("image/"));
    if (!input || !picture) return false;
    const transfer = new DataTransfer();
    transfer.items.add(picture);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  scope.listen(document, "paste", (event) => {
    if (event.clipboardData.files.length && give(event.clipboardData.files)) event.preventDefault();
  });
  scope.listen(button, "click", async () => {
    try {
      status.textContent = give(await readClipboard()) ? HINT : "There is no picture in the clipboard.";
    } catch {
      status.textContent = "The browser does not allow it: press Ctrl+V (⌘V) instead.";
    }
  });
  return { update: () => {}, destroy: scope.end };
}
