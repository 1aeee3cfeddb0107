// Words that the scripts of `/generate` and `/your-digit` share.

export const OFF_THE_MAP = 99.5; // per cent

/** Whether a code is off the map, and in words how far. */
export function distanceText({ percentile, nearestLabel }) {
  return {
    off: percentile >= OFF_THE_MAP,
    text: `farther from its nearest codes than ${shareText(percentile)} of the test digits; the nearest is a ${nearestLabel}.`,
  };
}

/** A share in per cent, to a tenth where that decides. */
export function shareText(percentile) {
  return `${percentile.toFixed(percentile >= OFF_THE_MAP ? 1 : 0)}%`;
}

/** Two decimals with a real minus, and none in front of a nought. */
export function inWords(value) {
  return (Math.round(value * 100) / 100 + 0).toFixed(2).replace("-", "−");
}

/** A code for people: all of it, or its first values. */
export function codeText(z, most = 4) {
  const values = Array.from(z.slice(0, most), inWords).join(", ");
  return `z = (${values}${z.length > most ? ", …" : ""})`;
}
