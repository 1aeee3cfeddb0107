// The shape of a digit, and that of the pictures of the data set that the page shows.

export const SIDE = 28; // pixels
export const PIXELS = SIDE * SIDE;

/** What messages have said last: a page shows the models of one data set. */
export const picture = {
  height: SIDE,
  width: SIDE,
  channels: 1,
  /** Side of the square that a picture is drawn in. */
  get side() {
    return Math.max(this.height, this.width);
  },
  /** Number of its values. */
  get size() {
    return this.height * this.width * this.channels;
  },
};

/** @param {number[]} shape  Height, width, and 3 in RGB */
export function setPicture([height, width, channels = 1]) {
  Object.assign(picture, { height, width, channels });
}

/** Return picture `i` of several, one after the other in an array. */
export const digitAt = (values, i) => values.subarray(i * picture.size, (i + 1) * picture.size);

/** Return the mean squared difference of two digits. */
export function meanSquare(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  return sum / one.length;
}
