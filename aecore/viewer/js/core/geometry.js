// Points of a plane, one pair of coordinates after the other in an array.

/**
 * Return the number of the point nearest to (x, y), or null if none is nearer than `reach`.
 *
 * @param {ArrayLike<number>} points
 */
export function nearestPoint(points, x, y, reach) {
  let best = reach * reach;
  let nearest = null;
  for (let i = 0; i < points.length; i += 2) {
    const square = (points[i] - x) ** 2 + (points[i + 1] - y) ** 2;
    if (square >= best) continue;
    best = square;
    nearest = i / 2;
  }
  return nearest;
}

/**
 * Return which points lie within a polygon, as 0 and 1: how often a ray to the right crosses it.
 *
 * @param {ArrayLike<number>} points
 * @param {number[][]} polygon
 */
export function pointsWithin(points, polygon) {
  const inside = new Uint8Array(points.length / 2);
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  for (let i = 0; i < inside.length; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    if (x < left || x > right || y < top || y > bottom) continue;
    let odd = 0;
    for (let j = 0, k = xs.length - 1; j < xs.length; k = j++) {
      if (ys[j] > y !== ys[k] > y && x < ((xs[k] - xs[j]) * (y - ys[j])) / (ys[k] - ys[j]) + xs[j]) odd ^= 1;
    }
    inside[i] = odd;
  }
  return inside;
}

/**
 * Return at most `most` corners of a closed polygon that keep its shape: by Ramer, Douglas and Peucker, with
 * the least tolerance, from half a px on, that is enough.
 *
 * @param {number[][]} polygon
 */
export function simplified(polygon, most) {
  const middle = polygon.length >> 1; // between two corners, it falls into two open lines
  let corners = polygon;
  for (let tolerance = 0.5; corners.length > most; tolerance *= 1.3) {
    const halves = [polygon.slice(0, middle + 1), [...polygon.slice(middle), polygon[0]]];
    corners = halves.flatMap((half) => withoutDetail(half, tolerance).slice(0, -1));
  }
  return corners;
}

/** Return a line without the corners that lie within a tolerance of the rest. */
function withoutDetail(line, tolerance) {
  const [first, last] = [line[0], line.at(-1)];
  const gaps = line.map((place) => gapTo(first, last, place));
  const widest = Math.max(...gaps);
  if (widest <= tolerance) return [first, last];
  const at = gaps.indexOf(widest);
  return [...withoutDetail(line.slice(0, at + 1), tolerance).slice(0, -1), ...withoutDetail(line.slice(at), tolerance)];
}

/** Return the distance of a place from the straight piece between two others. */
function gapTo([x0, y0], [x1, y1], [x, y]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const share = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

const ROUNDS = 60;

/**
 * Return places [x, y] moved apart until no two are nearer than `gap` where that can be done, each as little
 * as its neighbors need.
 *
 * @param {number[][]} places
 */
export function movedApart(places, gap) {
  const moved = places.map((place) => [...place]);
  const overlaps = (one, other) => Math.hypot(other[0] - one[0], other[1] - one[1]) < gap;
  for (let round = 0, isDone = false; round < ROUNDS && !isDone; round++) {
    isDone = true;
    for (let i = 1; i < moved.length; i++) {
      for (let j = 0; j < i; j++) {
        if (!overlaps(moved[j], moved[i])) continue;
        isDone = false;
        pushApart(moved[j], moved[i], gap + 0.01);
      }
    }
  }
  return moved;
}

/** Move two places in opposite directions until they are `gap` apart; equal ones sideways. */
function pushApart(one, other, gap) {
  const [dx, dy] = [other[0] - one[0], other[1] - one[1]];
  const distance = Math.hypot(dx, dy);
  const [x, y] = distance ? [dx / distance, dy / distance] : [1, 0];
  const step = (gap - distance) / 2;
  for (const [place, sign] of [[one, -step], [other, step]]) {
    place[0] += sign * x;
    place[1] += sign * y;
  }
}
