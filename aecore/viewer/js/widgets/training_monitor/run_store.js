// What this tab was sent of training runs. A message only holds what is new since the last one;
// who has missed one asks for all of it again.

const RUNS_KEPT = 6;
const OUTLIERS = 0.002; // share of the codes that each edge of the map may cut off
const ROOM = 0.04; // of the map's width beside them

/** Runs by their key, the one used last at the end: {scene, frames: Map by epoch, records}. */
const runs = (globalThis.__aecoreRuns ??= new Map());

/** Take a message in; the run, or null if something between it and the last one is missing. */
export function keep({ key, since, records, frames, epochs, scene, settled }, arrays) {
  const run = runs.get(key) ?? { scene: null, frames: new Map(), records: [], shape: null };
  const latest = Math.max(-1, ...run.frames.keys());
  if (run.records.length < since.record || latest < since.frame) return null;
  if (!run.scene && !arrays.labels && scene) return null;
  runs.delete(key);
  runs.set(key, run);
  for (const oldest of runs.keys()) {
    if (runs.size <= RUNS_KEPT) break;
    runs.delete(oldest);
  }
  records.forEach((record, i) => (run.records[since.record + i] = record));
  if (arrays.labels) run.scene = { ...scene, ...arrays };
  frames.forEach((frame, i) => run.frames.set(frame.epoch, makeFrame(frame, i, frames.length, arrays)));
  for (const epoch of run.frames.keys()) if (!epochs.includes(epoch)) run.frames.delete(epoch);
  run.epochs = epochs.filter((epoch) => run.frames.has(epoch));
  if (JSON.stringify(settled) !== JSON.stringify(run.settled ?? null)) {
    run.settled = settled;
    for (const frame of run.frames.values()) frame.place = null;
  }
  return run;
}

/** The `i`th of the `count` frames of a message. */
function makeFrame({ epoch, low, high, limit, mse }, i, count, { points, outputs, filters }) {
  const part = (array) => array.slice((i * array.length) / count, ((i + 1) * array.length) / count);
  const own = Float32Array.from(part(points), (value, k) => low[k % 2] + (value / 65535) * (high[k % 2] - low[k % 2]));
  return { epoch, limit, mse, own, outputs: part(outputs), filters: part(filters), place: null };
}

/**
 * Where a frame's dots lie: {points (N x 2), middles (10 x 2), low, high}. Once a run has settled,
 * all its frames are turned as its last one has the code's own axes.
 */
export function placeOf(frame, run) {
  return (frame.place ??= makePlace(frame.own, run));
}

function makePlace(own, { settled, scene: { labels } }) {
  const points = settled ? turned(own, settled) : own;
  const columns = [0, 1].map((k) => points.filter((_, i) => i % 2 === k));
  const ranges = columns.map((column) => rangeOf(Float32Array.from(column).sort()));
  const middles = new Float32Array(20).fill(NaN);
  for (let label = 0; label < 10; label++) {
    columns.forEach((column, k) => {
      const values = column.filter((_, i) => labels[i] === label).sort();
      if (values.length) middles[2 * label + k] = values[values.length >> 1];
    });
  }
  return { points, middles, low: ranges.map((range) => range[0]), high: ranges.map((range) => range[1]) };
}

/** Undo a frame's own turn and shift: (points - shift) times the turn's inverse. */
function turned(points, { rotation: [[a, b], [c, d]], shift }) {
  const found = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] - shift[0];
    const y = points[i + 1] - shift[1];
    found[i] = x * a + y * b;
    found[i + 1] = x * c + y * d;
  }
  return found;
}

/** The range of ascending values, a little wider; a collapsed one gets some room. */
function rangeOf(sorted) {
  const low = sorted[Math.floor(OUTLIERS * (sorted.length - 1))];
  const high = sorted[Math.ceil((1 - OUTLIERS) * (sorted.length - 1))];
  const room = (high - low) * ROOM || 1;
  return [low - room, high + room];
}
