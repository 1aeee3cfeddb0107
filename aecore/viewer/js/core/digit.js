// The shape of a digit.

export const SIDE = 28; // pixels
export const PIXELS = SIDE * SIDE;

/** Return digit `i` of several, one after the other in an array. */
export const digitAt = (values, i) => values.subarray(i * PIXELS, (i + 1) * PIXELS);
