// Making elements.

/** An element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** `make` for drawings. */
export function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

export function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Set what is not so already: to write the same again is work, too. */
export function put(element, values) {
  for (const [name, value] of Object.entries(values)) if (element[name] !== value) element[name] = value;
}

/** A text as elements: **what matters** is bold. */
export function prose(text) {
  return text.split("**").map((part, i) => (i % 2 ? make("b", {}, part) : part));
}

/** Let an element say a text. */
export function write(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.replaceChildren(...prose(text));
}

/** A button that saves what `draw` gives, a canvas or the promise of one, as a PNG. */
export function makeSaver(draw) {
  const button = make("button", { type: "button", class: "saver" }, "↓ PNG");
  button.addEventListener("click", async () => {
    const canvas = await draw();
    make("a", { download: `${button.dataset.file}.png`, href: canvas.toDataURL("image/png") }).click();
  });
  return button;
}

/** Say what a saver saves, and under which name. */
export function nameSaver(button, title, file) {
  put(button, { ariaLabel: `Download as PNG: ${title}` });
  put(button.dataset, { file });
}
