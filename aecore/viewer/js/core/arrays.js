// Comparing arrays, and the rows that an array marks.

/** Tell whether two arrays hold the same numbers; nothing is like an array that is missing. */
export function isEqual(one, other) {
  return one?.length === other?.length && Boolean(one?.every((value, i) => value === other[i]));
}

/** Return the rows that an array marks by 1, ascending; none of one that is missing. */
export const markedRows = (marks) => (marks ? [...marks.keys()].filter((row) => marks[row]) : []);
