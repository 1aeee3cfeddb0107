// The shape of a digit.

export const SIDE = 28; // pixels
export const PIXELS = SIDE * SIDE;

/** Return digit `i` of several, one after the other in an array. */
export const digitAt = (values, i) => values.subarray(i * PIXELS, (i + 1) * PIXELS);

/** Return the mean squared difference of two digits. */
export function meanSquare(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  return sum / one.length;
}
