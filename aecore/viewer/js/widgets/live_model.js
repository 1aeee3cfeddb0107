// What the widgets with a model share: receiving it, and showing what it decodes.

import { drawDigit } from "../core/image.js";
import { meter } from "../core/meter.js";
import { makePreviewCache } from "../core/preview_cache.js";
import { makeRequest, models, setNewest } from "../core/recent.js";
import { makeScope } from "../core/scope.js";
import { isOutside } from "../core/text.js";
import { grayerThan, placeOf } from "../model/grayness.js";
import { countLabels } from "../model/neighbor_vote.js";
import { distanceToData } from "../model/neighbors.js";
import { decode, makeModel, withEncoder } from "../model/network.js";

/**
 * @typedef {import("../model/network.js").Model} Model
 * @typedef {ReturnType<typeof makeScope>} Scope
 * @typedef {import("../core/host.js").Host} Host
 */

const MODELS_KEPT = 12;

/**
 * Make the `mount` of a widget with a model: `create(element, host, scope)` returns what follows the
 * messages, `follow(header, model)`; the header of a preview has `isPreview`. Arrays that come along are
 * kept for later messages, which only name the model by its hash; what this tab does not hold is asked for.
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
  const previews = makePreviewCache(host, (header) => {
    const model = modelOf(header);
    if (model) follow({ ...header, isPreview: true }, model);
  }, scope.signal);
  return {
    update(message) {
      const { header, arrays } = message;
      const model = modelOf(header, arrays);
      if (!model) return request(message, header.hash);
      setNewest(models, header.hash, model, MODELS_KEPT);
      follow(header, model);
      previews.keep(header, header.preview);
    },
    destroy: scope.end,
  };
};

/**
 * Return the model that a message names: kept, or made of what comes along. An encoder may come alone, for
 * a decoder that is here; a model with its encoder also serves who needs the decoder alone.
 */
function modelOf(header, arrays = {}) {
  const { hash, decoder } = header;
  const kept = models.get(hash) ?? models.get(`${hash}+encoder`);
  if (kept) return kept;
  if (arrays.codes) return makeModel(header, arrays);
  const model = models.get(decoder);
  return model && arrays.own_errors && withEncoder(model, hash, arrays);
}

/** Decode a code and draw the digit on each canvas. */
export function showDigit(model, z, ...canvases) {
  const pixels = decode(model, z);
  for (const canvas of canvases) drawDigit(canvas, pixels);
  meter.lastZ = Array.from(z);
  if (meter.lastPixels.length !== pixels.length) meter.lastPixels = new Float32Array(pixels.length);
  meter.lastPixels.set(pixels);
  return pixels;
}

/** Measure how far a code lies from the data. */
export function measureDistance(model, z) {
  const distance = distanceToData(model, z);
  meter.lastDistance = distance;
  return distance;
}

/** Add to a code's distance from the data how gray its `pixels` are, and what both mean: see `placeOf`. */
export function withPlace(model, distance, pixels) {
  const grayer = grayerThan(model, pixels);
  const [[, agreeing]] = countLabels(model, distance.rows);
  return { ...distance, grayer, place: placeOf(isOutside(distance.percentile), agreeing, grayer) };
}
