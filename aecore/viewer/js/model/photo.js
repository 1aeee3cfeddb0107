// A picture of one digit as ink: simpler than aecore/digits, which also finds digits on sheets.

const NOISE = 0.25; // of the largest difference from the paper; less is no ink

/** Return the ink (height rows of width values in 0..1) of a picture, at most `largest` px a side. */
export function readInk(picture, largest) {
  const scale = Math.min(1, largest / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // under what is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const gray = Float32Array.from({ length: width * height }, (_, i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 765);
  return { ink: inkOf(gray, width, height), width, height };
}

/**
 * Return how far each gray value of 0..1 is from the paper, which is what most of the edge shows.
 *
 * @param {Float32Array} gray
 */
function inkOf(gray, width, height) {
  const edge = gray.filter((_, i) => i < width || i >= width * (height - 1) || i % width === 0 || i % width === width - 1);
  const paper = edge.sort()[edge.length >> 1];
  const away = gray.map((value) => Math.abs(value - paper));
  const most = away.reduce((one, other) => Math.max(one, other), 0);
  return away.map((value) => (most < 0.1 || value < NOISE * most ? 0 : value / most));
}
