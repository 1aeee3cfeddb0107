// Live pages.

import { unpack } from "../core/message.js";
import { meter } from "../core/meter.js";
import { makeModel } from "../model/network.js";

const MODELS_KEPT = 12;

/** Trained models of this tab by their checkpoint's hash, the one used last at the end. */
const models = (globalThis.__aecoreModels ??= new Map());

/**
 * Read a message: {header, model}. Arrays that came along are kept for later messages, which only
 * name the model by its hash; `model` is undefined if this tab does not hold it.
 */
function receive(bytes) {
  const { header, arrays } = unpack(bytes);
  let model = models.get(header.hash);
  if (header.sections) {
    meter.received += 1;
    model ??= makeModel(header, arrays);
  }
  if (model) {
    models.delete(header.hash);
    models.set(header.hash, model);
    for (const oldest of models.keys()) {
      if (models.size <= MODELS_KEPT) break;
      models.delete(oldest);
    }
  }
  return { header, model };
}

const instances = new WeakMap(); // parent element -> instance

/**
 * What a page's default export calls and returns. Streamlit calls that export on every change of
 * data or theme, and of the clean-ups it returns only the last, or those of calls that came too
 * late; so each parent element has one instance, and only its latest call's clean-up ends it.
 *
 * `create(parentElement, send)` makes {update(header, model), dispose()}, where send(name, value)
 * tells Python something and thereby reruns the script.
 */
export function live(component, create) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { calls: 0, component, asked: null };
    instance.page = create(parentElement, (name, value) =>
      instance.component.setTriggerValue(name, value),
    );
    instances.set(parentElement, instance);
    meter.instances += 1;
  }
  instance.component = component;
  const call = ++instance.calls;
  const { header, model } = receive(data);
  if (model) {
    instance.page.update(header, model);
  } else if (instance.asked !== data) {
    instance.asked = data; // the same message can come again, with another theme
    component.setTriggerValue("need", header.hash);
  }
  return () => {
    if (instance.calls !== call || instances.get(parentElement) !== instance) return;
    instances.delete(parentElement);
    meter.instances -= 1;
    instance.page.dispose();
  };
}
