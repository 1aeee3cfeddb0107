// The shape of a digit, and that of the pictures of the data set that the page shows.

export const SIDE = 28; // pixels
export const PIXELS = SIDE * SIDE;

/** What messages have said last: a page shows the models of one data set. */
export const picture = {
  height: SIDE,
  width: SIDE,
  channels: 1,
  noun: "digit",
  nouns: "digits",
  /** @type {string[]} Names of the classes by label; of digits these are their labels */
  names: [],
  isLabeled: true,
  /** Side of the square that a picture is drawn in. */
  get side() {
    return Math.max(this.height, this.width);
  },
  /** Number of its values. */
  get size() {
    return this.height * this.width * this.channels;
  },
};

/**
 * Follow what a message says of its pictures: height, width, and 3 in RGB; what they are called; names of classes.
 *
 * @param {{ shape: number[], noun: string, nouns: string, names: string[], labeled: boolean }} told
 */
export function setPicture({ shape: [height, width, channels = 1], noun, nouns, names, labeled }) {
  Object.assign(picture, { height, width, channels, noun, nouns, names, isLabeled: labeled });
}

/** Return the name of a class. */
export const classOf = (label) => picture.names[Number(label)] ?? String(label);

/** Write a text of ours in the data set's own words, where its pictures are no digits. */
export function inWords(text) {
  return picture.noun === "digit" ? text : text.replaceAll("digits", picture.nouns).replaceAll("digit", picture.noun);
}

/** Return picture `i` of several, one after the other in an array. */
export const digitAt = (values, i) => values.subarray(i * picture.size, (i + 1) * picture.size);

/** Return the mean squared difference of two digits. */
export function meanSquare(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  return sum / one.length;
}
