// Widgets as components of Streamlit. This is the only module that knows Streamlit and its page.

import { setPicture } from "../core/digit.js";
import { make } from "../core/dom.js";
import { readMessage } from "../core/message.js";

/**
 * @typedef {object} Component  What Streamlit calls a component's default export with
 * @property {any} data
 * @property {HTMLElement | ShadowRoot} parentElement
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

const keyed = (key) => `.st-key-${key}`;

/** Return the key of the element of the page that a part of it lies in. */
function keyOf(element) {
  const name = [...(element?.closest("[class*=st-key-]")?.classList ?? [])].find((each) => each.startsWith("st-key-"));
  return name?.slice("st-key-".length) ?? null;
}

/**
 * Return which choice a click makes: an option of a list, or a button of a segmented control.
 *
 * @returns {import("../core/host.js").Choice | null}
 */
function choiceOf(target) {
  const option = target.closest?.("[role=option]");
  const list = option?.closest("[role=listbox]");
  const chosen = option ?? target.closest?.("button");
  const key = keyOf(option ? document.querySelector(`input[aria-controls="${list?.id}"]`) : chosen);
  if (!key) return null;
  const all = option ? list.querySelectorAll("[role=option]") : document.querySelectorAll(`${keyed(key)} button`);
  return { key, index: [...all].indexOf(chosen), text: chosen.textContent };
}

/** The event by which a widget's report reaches those fragments that listen, and their replies come back. */
const eventName = (name) => `aecore-${name}`;

/**
 * Make the page around a widget; `latest()` is what Streamlit called the component with last.
 *
 * @param {() => Component} latest
 * @returns {import("../core/host.js").Host}
 */
function makeHost(element, latest) {
  return {
    send(name, value) {
      const event = new CustomEvent(eventName(name), { detail: value, cancelable: true });
      // A listener elsewhere on the page takes the report by preventing its default.
      if (document.dispatchEvent(event)) latest().setTriggerValue(name, value);
    },
    onData(name, listener, signal) {
      const take = (/** @type {any} */ event) => listener(event.detail);
      document.addEventListener(eventName(name), take, { signal });
    },
    onChoice(listener, signal) {
      const choose = ({ target }) => {
        const choice = choiceOf(target);
        if (choice) listener(choice);
      };
      document.addEventListener("click", choose, { capture: true, signal });
    },
    find: (key) => document.querySelector(keyed(key)),
    control(key, listener) {
      const slider = document.querySelector(keyed(key));
      if (!slider) return null;
      const observer = new MutationObserver(listener);
      observer.observe(slider, { subtree: true, attributes: true, attributeFilter: ["value", "aria-valuetext"] });
      return { value: () => Number(slider.querySelector("input")?.value), release: () => observer.disconnect() };
    },
    theme() {
      const style = getComputedStyle(element);
      const background = style.getPropertyValue("--background-color") || "#fff";
      return { color: style.color, background, font: style.fontFamily };
    },
  };
}

/** @type {WeakMap<HTMLElement | ShadowRoot, any>} parent element -> instance */
const instances = new WeakMap();

/**
 * Return the default export of a component that mounts a widget. Streamlit calls it on every change of
 * data or theme, and of the clean-ups that it returns only the last, or those of calls that came too
 * late; so each parent element has one instance, and only its latest call's clean-up ends it.
 *
 * @param {import("../core/host.js").Mount} mount
 */
export function asComponent(mount) {
  return (/** @type {Component} */ component) => {
    const { data, parentElement } = component;
    let instance = instances.get(parentElement);
    if (!instance) {
      const element = make("div", { class: "aecore" });
      parentElement.append(element);
      instance = { element, calls: 0, component, data: null, message: null };
      const { element: own } = instance;
      instance.widget = mount(own, makeHost(own, () => instances.get(parentElement).component));
      instances.set(parentElement, instance);
    }
    const call = ++instance.calls;
    instance.component = component;
    if (instance.data !== data) instance.message = data instanceof Uint8Array ? readMessage(data) : { header: data, arrays: {} };
    instance.data = data;
    if (instance.message.header.picture) setPicture(instance.message.header.picture);
    instance.widget.update(instance.message);
    return () => {
      if (instance.calls !== call || instances.get(parentElement) !== instance) return;
      instances.delete(parentElement);
      instance.widget.destroy();
      instance.element.remove();
    };
  };
}

/** Hide the place of a component that shows nothing. */
function hidePlace(element) {
  const root = /** @type {ShadowRoot} */ (element.getRootNode());
  const place = /** @type {HTMLElement} */ (root.host?.closest("[data-testid=stElementContainer]"));
  if (place) place.style.display = "none"; // it takes up no room
}

/** Report the page's theme where it is not the one that the server has drawn for: menus and systems change it. */
export const themeListener = asComponent((element, host) => {
  hidePlace(element);
  let reported = "";
  return {
    update({ header }) {
      const theme = getComputedStyle(element).colorScheme.includes("dark") ? "dark" : "light";
      if (theme !== header.theme && theme !== reported) host.send("theme", theme);
      reported = theme;
    },
    destroy() {},
  };
});

/**
 * Take the reports with one name that widgets of the page send, for the fragment that this component lies
 * in, and pass its reply on to them.
 */
export const eventListener = asComponent((element, host) => {
  hidePlace(element);
  let controller = new AbortController();
  return {
    update({ header: { event, reply } }) {
      controller.abort();
      controller = new AbortController();
      const take = (/** @type {any} */ report) => {
        report.preventDefault();
        host.send("event", report.detail);
      };
      document.addEventListener(eventName(event), take, { signal: controller.signal });
      if (reply) document.dispatchEvent(new CustomEvent(eventName(`${event}-reply`), { detail: reply }));
    },
    destroy: () => controller.abort(),
  };
});
