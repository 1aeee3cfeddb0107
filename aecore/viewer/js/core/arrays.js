// Comparing arrays.

/** Tell whether two arrays hold the same numbers; nothing is like an array that is missing. */
export function isEqual(one, other) {
  return one?.length === other?.length && Boolean(one?.every((value, i) => value === other[i]));
}
