// Tables as text.

/** Bits of a number's fraction. */
export const HALF = 10;
export const SINGLE = 23;

/** Write a number of half or single precision with as few digits as tell it from all others. */
export function shortest(value, bits) {
  if (Number.isInteger(value)) return String(value);
  const reach = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits) / 4; // to no neighbor's half
  for (let digits = 1; digits < 17; digits++) {
    const near = Number(value.toPrecision(digits));
    if (Math.abs(near - value) < reach) return String(near);
  }
  return String(value);
}

/** Return rows as comma-separated values under the names of their columns. */
export const toCsv = (names, rows) => [names, ...rows].map((row) => `${row.join(",")}\n`).join("");
