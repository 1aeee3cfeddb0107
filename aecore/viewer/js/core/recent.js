// What a tab was sent before and holds on to: arrays travel once and are named afterwards.

/**
 * Return the map of this tab with a name, shared by all scripts; tests read it as `globalThis[name]`.
 *
 * @returns {Map<string, any>}
 */
export const tabMap = (name) => (globalThis[name] ??= new Map());

/** The models of this tab by their checkpoint's hash. */
export const models = tabMap("__aecoreModels");

/** Set an entry of a map as its newest one; the oldest go where there are too many. */
export function setNewest(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  while (map.size > most) map.delete(map.keys().next().value);
}

/**
 * Make what asks for arrays that a message names and this tab does not hold: once a message, which
 * may come again with another theme.
 *
 * @param {import("./host.js").Host} host
 */
export function makeRequest(host) {
  let asked = null;
  return (message, digest) => {
    if (asked !== message) host.send("need", digest);
    asked = message;
  };
}
