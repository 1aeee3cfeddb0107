// What tests and benchmarks read of the widgets with a model; the widgets themselves never do.

import { PIXELS } from "./digit.js";

export const meter = (globalThis.__aecoreLive ??= {
  frames: 0, // drawn because of an event
  listeners: 0, // that are yet to be removed
  instances: 0, // of widgets with a model
  lastZ: null, // the latest code on show
  lastDistance: null, // how far it lies from the data
  lastDigit: new Float32Array(PIXELS), // drawn by the visitor
  lastPixels: new Float32Array(PIXELS), // decoded
});
