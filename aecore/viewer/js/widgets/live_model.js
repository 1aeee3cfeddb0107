// What the widgets with a model share: receiving it, and showing what it decodes.

import { drawDigit } from "../core/image.js";
import { meter } from "../core/meter.js";
import { makeRequest, setNewest, tabMap } from "../core/recent.js";
import { makeScope } from "../core/scope.js";
import { distanceToData } from "../model/neighbors.js";
import { decode, makeModel } from "../model/network.js";

/**
 * @typedef {import("../model/network.js").Model} Model
 * @typedef {ReturnType<typeof makeScope>} Scope
 * @typedef {import("../core/host.js").Host} Host
 */

const MODELS_KEPT = 12;

/** The models of this tab by their checkpoint's hash. */
export const models = tabMap("__aecoreModels");

/**
 * Make the `mount` of a widget with a model: `create(element, host, scope)` returns what follows the
 * messages, `follow(header, model)`. Arrays that come along are kept for later messages, which only name
 * the model by its hash; what this tab does not hold is asked for.
 *
 * @param {(element: HTMLElement, host: Host, scope: Scope) => (header: any, model: Model) => void} create
 * @returns {import("../core/host.js").Mount}
 */
export const withModel = (create) => (element, host) => {
  const scope = makeScope(meter);
  const request = makeRequest(host);
  meter.instances += 1;
  scope.onEnd(() => (meter.instances -= 1));
  const follow = create(element, host, scope);
  return {
    update(message) {
      const { header, arrays } = message;
      const model = models.get(header.hash) ?? (arrays.codes && makeModel(header, arrays));
      if (!model) return request(message, header.hash);
      setNewest(models, header.hash, model, MODELS_KEPT);
      follow(header, model);
    },
    destroy: scope.end,
  };
};

/** Decode a code and draw the digit on each canvas. */
export function showDigit(model, z, ...canvases) {
  const pixels = decode(model, z);
  for (const canvas of canvases) drawDigit(canvas, pixels);
  meter.lastZ = Array.from(z);
  meter.lastPixels.set(pixels);
  return pixels;
}

/** Measure how far a code lies from the data. */
export function measureDistance(model, z) {
  const distance = distanceToData(model, z);
  meter.lastDistance = distance;
  return distance;
}
