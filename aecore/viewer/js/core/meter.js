// What tests and benchmarks read.

import { DIGIT_SIDE } from "./image.js";

/** What tests and benchmarks read; the pages themselves never do. */
export const meter = (globalThis.__aecoreLive ??= {
  received: 0, // messages that carried weights
  decodes: 0,
  frames: 0, // drawn because of an event
  waits: [], // ms from the frame's first event, by its own clock, until the frame was committed
  works: [], // ms from that event's handler until the frame was committed
  listeners: 0,
  instances: 0,
  lastZ: null,
  lastDistance: null, // what mapDistance found
  lastDigit: new Float32Array(DIGIT_SIDE * DIGIT_SIDE), // drawn by the visitor
  lastPixels: new Float32Array(DIGIT_SIDE * DIGIT_SIDE),
});
export const WAITS_KEPT = 4096;
