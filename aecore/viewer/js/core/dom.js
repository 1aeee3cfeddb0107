// Making elements and changing them.

/**
 * Make an element with attributes and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * Make an element of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Build elements from markup of our own: `root`, and every element with a `ref` attribute by its name.
 *
 * @param {string} markup
 * @returns {any}
 */
export function build(markup) {
  const { content } = make("template");
  content.append(document.createRange().createContextualFragment(markup.trim()));
  const view = { root: content.firstElementChild };
  for (const element of content.querySelectorAll("[ref]")) view[element.getAttribute("ref")] = element;
  return view;
}

/** Set those properties of an object that differ: to write the same again is work, too. */
export function setProperties(target, values) {
  for (const [name, value] of Object.entries(values)) if (target[name] !== value) target[name] = value;
}

/** Set the text of an element that holds nothing else, without a new node. */
export function setText(element, text) {
  if (element.firstChild) element.firstChild.data = text;
  else element.textContent = text;
}

/** Return a text as nodes, with its **marked** parts bold. */
export function boldText(text) {
  return text.split("**").map((part, i) => (i % 2 ? make("b", {}, part) : part));
}

/** Let an element show a text with **bold** parts. */
export function setBoldText(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.replaceChildren(...boldText(text));
}

/** Return whether the visitor wants as little movement as can be. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Return whether a click opens a link here, not in another tab or window. */
export const isPlain = (click) => !(click.metaKey || click.ctrlKey || click.shiftKey);

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Return the direction of an arrow key, pressed alone or with shift; of other keys, nothing. */
export const directionOf = (press) => (press.ctrlKey || press.metaKey || press.altKey ? undefined : ARROWS[press.key]);

/** Make a button that saves the canvas that `draw` returns, or promises, as a PNG. */
export function makeSaveButton(draw) {
  const button = make("button", { type: "button", class: "saver" }, "↓ PNG");
  button.addEventListener("click", async () => saveCanvas(await draw(), button.dataset.file));
  return button;
}

/** Name what a button saves, and the file. */
export function nameSaveButton(button, title, file) {
  setProperties(button, { ariaLabel: `Download as PNG: ${title}` });
  setProperties(button.dataset, { file });
}

/** Save a canvas as `<file>.png`. */
export function saveCanvas(canvas, file) {
  make("a", { download: `${file}.png`, href: canvas.toDataURL("image/png") }).click();
}

/** Save a text as a file. */
export function saveText(file, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { download: file, href: url }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
