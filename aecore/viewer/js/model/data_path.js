// Paths along the data: shortest ones in the graph of nearest neighbors, as aecore/latent/neighbor_graph.py finds them.

import { codeOf } from "./axes.js";
import { NEIGHBORS, nearestCodes } from "./neighbors.js";

/**
 * @typedef {import("./network.js").Model} Model
 * @typedef {number[][]} Links  By row: rows that it is linked with, in both directions
 */

const SLICE = 12; // ms of work at a time, so that the page answers
export const MOST_ROWS = 20_000; // every code is compared with every other

/** @type {WeakMap<Model, Promise<Links>[]>} Of the nearest neighbors; the next ones also join components */
const graphs = new WeakMap();

/**
 * Return the rows of the codes on the shortest path from row `start` to row `end`, both included, in the graph of
 * each code's ten nearest; components between them are joined by their shortest links. The first time with a
 * model it takes a moment, little by little.
 *
 * @param {Model} model  Of at most MOST_ROWS codes
 * @returns {Promise<number[]>}
 */
export async function pathAlongData(model, start, end) {
  if (!graphs.has(model)) graphs.set(model, [linkNeighbors(model)]);
  const levels = graphs.get(model);
  for (let level = 0; ; level++) {
    const links = await (levels[level] ??= levels[level - 1].then((found) => joinComponents(model, found)));
    const path = shortestPath(model, links, start, end);
    if (path) return path;
  }
}

/** Call `work(row)` for each row, and let the page do something else now and then. */
async function inSlices(rows, work) {
  let began = performance.now();
  for (const row of rows) {
    work(row);
    if (performance.now() - began < SLICE) continue;
    await new Promise((done) => setTimeout(done));
    began = performance.now();
  }
}

function link(links, row, other) {
  links[row].push(other);
  links[other].push(row);
}

/** @returns {Promise<Links>} */
async function linkNeighbors(model) {
  const links = Array.from({ length: model.count }, () => []);
  await inSlices(links.keys(), (row) => {
    const { rows } = nearestCodes(model, codeOf(model, row), NEIGHBORS + 1); // itself among them
    for (const other of [...rows].filter((each) => each !== row).slice(0, NEIGHBORS)) link(links, row, other);
  });
  return links;
}

/** Add the shortest link out of every component but the largest, one round of Borůvka's algorithm. */
async function joinComponents(model, links) {
  const joined = links.map((rows) => [...rows]);
  const components = componentsOf(links).sort((a, b) => b.length - a.length);
  for (const inside of components.slice(1)) {
    const labels = new Uint8Array(model.count);
    for (const row of inside) labels[row] = 1;
    let [from, to, least] = [0, 0, Infinity];
    await inSlices(inside, (row) => {
      const { rows, squares } = nearestCodes({ ...model, labels }, codeOf(model, row), 1, 0);
      if (squares[0] < least) [from, to, least] = [row, rows[0], squares[0]];
    });
    link(joined, from, to);
  }
  return joined;
}

/** Return the rows of each component. */
function componentsOf(links) {
  const isSeen = new Uint8Array(links.length);
  const components = [];
  for (const first of links.keys()) {
    if (isSeen[first]) continue;
    const rows = [first];
    isSeen[first] = 1;
    for (const row of rows) {
      for (const other of links[row]) if (!isSeen[other]) isSeen[rows[rows.push(other) - 1]] = 1;
    }
    components.push(rows);
  }
  return components;
}

/** Find it by Dijkstra's algorithm; null if there is none. */
function shortestPath({ codes, dim }, links, start, end) {
  const count = links.length;
  const lengths = new Float64Array(count).fill(Infinity);
  const previous = new Int32Array(count);
  const isDone = new Uint8Array(count);
  lengths[start] = 0;
  for (;;) {
    let row = -1;
    for (let each = 0, least = Infinity; each < count; each++) {
      if (!isDone[each] && lengths[each] < least) [row, least] = [each, lengths[each]];
    }
    if (row < 0) return null;
    if (row === end) break;
    isDone[row] = 1;
    for (const other of links[row]) {
      let square = 0;
      for (let i = 0; i < dim; i++) square += (codes[row * dim + i] - codes[other * dim + i]) ** 2;
      const length = lengths[row] + Math.sqrt(square);
      if (length < lengths[other]) [lengths[other], previous[other]] = [length, row];
    }
  }
  const path = [end];
  while (path[0] !== start) path.unshift(previous[path[0]]);
  return path;
}
