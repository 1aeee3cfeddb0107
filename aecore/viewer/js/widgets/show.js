// Decode and draw.

import { drawDigit } from "../core/image.js";
import { meter } from "../core/meter.js";
import { decode } from "../model/network.js";

/** Decode, draw on each canvas and note both for tests. */
export function show(model, z, ...canvases) {
  const pixels = decode(model, z);
  for (const canvas of canvases) drawDigit(canvas, pixels);
  meter.lastZ = Array.from(z);
  meter.lastPixels.set(pixels);
  return pixels;
}
