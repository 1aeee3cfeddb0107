// A picture from the clipboard into the page's file uploader, as if it had been chosen there.

import { makeScope } from "../../core/scope.js";

const UPLOADER = ".st-key-digit_upload input[type=file]";

function give(files) {
  const input = document.querySelector(UPLOADER);
  const picture = [...files].find((file) => file.type.startsWith("image/"));
  if (!input || !picture) return false;
  const transfer = new DataTransfer();
  transfer.items.add(picture);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

/** The pictures of the clipboard; the browser may ask the visitor first. */
async function readClipboard() {
  const files = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((name) => name.startsWith("image/"));
    if (type) files.push(new File([await item.getType(type)], "pasted.png", { type }));
  }
  return files;
}

const controllers = new WeakMap(); // parent element -> AbortController of its listeners

export function paste({ parentElement }) {
  controllers.get(parentElement)?.abort();
  const controller = new AbortController();
  controllers.set(parentElement, controller);
  const { signal } = controller;

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Paste a picture";
  button.hidden = !navigator.clipboard?.read; // only where the page came over a safe connection
  const said = document.createElement("span");
  said.className = "hint";
  said.setAttribute("role", "status");
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.append(button, said);
  const root = document.createElement("div");
  root.className = "live workbench paste";
  root.append(bar);
  parentElement.replaceChildren(...[...parentElement.children].filter((child) => !child.matches?.(".paste")), root);

  const rest = "or press Ctrl+V (⌘V) with a picture in the clipboard";
  const say = (found) => (said.textContent = found ? rest : "There is no picture in the clipboard.");
  say(true);
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length && give(event.clipboardData.files)) event.preventDefault();
  }, { signal });
  button.addEventListener("click", async () => {
    try {
      say(give(await readClipboard()));
    } catch {
      said.textContent = "The browser does not allow it: press Ctrl+V (⌘V) instead.";
    }
  }, { signal });
  return () => {
    if (controllers.get(parentElement) !== controller) return;
    controller.abort();
    root.remove();
  };
}
