// One map: its axes, its dots, those selected in color, and which dots lie where.


export const MARGIN = { left: 44, right: 8, top: 8, bottom: 40 }; // px around the dots
const NEAR = 9; // px from the pointer to a dot

/** The range of column `k` of points (N x 2), a little wider; a collapsed one gets some room. */
function rangeOf(points, k) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = k; i < points.length; i += 2) {
    if (points[i] < low) low = points[i];
    if (points[i] > high) high = points[i];
  }
  const room = (high - low) * 0.03 || 1;
  return [low - room, high + room];
}

/** A number at an axis, with a real minus. */
const inWords = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/** Whether two arrays hold the same numbers. */
export const alike = (one, other) => one.length === other.length && one.every((value, i) => value === other[i]);

/** About `count` round numbers within a range. */
function ticks([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    found.push(Math.abs(value) < step / 1e6 ? 0 : value);
  }
  return found;
}

export function makeMap(canvas) {
  const context = canvas.getContext("2d");
  let width = 0;
  let height = 0;
  let places = null; // Float32Array (N x 2), px
  let points = null;
  let ranges = null;
  let names = null;

  function place() {
    places = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      places[i] = toX(points[i]);
      places[i + 1] = toY(points[i + 1]);
    }
  }

  const toX = (x) =>
    MARGIN.left + ((x - ranges[0][0]) / (ranges[0][1] - ranges[0][0])) * (width - MARGIN.left - MARGIN.right);
  const toY = (y) =>
    MARGIN.top + ((ranges[1][1] - y) / (ranges[1][1] - ranges[1][0])) * (height - MARGIN.top - MARGIN.bottom);

  function fit() {
    const ratio = devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    width = box.width;
    height = box.height;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (points) place();
  }

  function drawAxes(color) {
    context.fillStyle = color;
    context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const value of ticks(ranges[0], width / 80)) {
      context.fillText(inWords(value), toX(value), height - MARGIN.bottom + 4);
    }
    context.fillText(names[0], (MARGIN.left + width) / 2, height - 16, width - MARGIN.left);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of ticks(ranges[1], height / 60)) {
      context.fillText(inWords(value), MARGIN.left - 6, toY(value));
    }
    context.save();
    context.translate(8, (height - MARGIN.bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(names[1], 0, 0, height - MARGIN.bottom);
    context.restore();
  }

  return {
    canvas,
    fit,
    /** Take map `which` of the data; false if it is the one on show. */
    set(data, which) {
      const found = data[`points${which}`];
      if (points && alike(points, found) && names.join() === data.axes[which].join()) return false;
      points = found;
      names = data.axes[which];
      ranges = [rangeOf(points, 0), rangeOf(points, 1)];
      fit();
      return true;
    },
    /** Dots in the labels' order, those selected last and alone in color. */
    draw({ labels, colors }, order, selected, hovered, stroke) {
      const color = getComputedStyle(canvas).color;
      context.clearRect(0, 0, width, height);
      drawAxes(color);
      const dots = (size, wanted) => {
        for (let at = 0; at < order.length; at++) {
          const i = order[at];
          if (selected && Boolean(selected[i]) !== wanted) continue;
          if (wanted) context.fillStyle = colors[labels[i]];
          context.fillRect(places[2 * i] - size / 2, places[2 * i + 1] - size / 2, size, size);
        }
      };
      if (selected) {
        context.globalAlpha = 0.25;
        context.fillStyle = "#94a4a2";
        dots(2, false);
      }
      context.globalAlpha = selected ? 0.95 : 0.75;
      dots(selected ? 4 : 3, true);
      context.globalAlpha = 1;
      if (hovered !== null) {
        context.strokeStyle = "#e8196a";
        context.lineWidth = 2;
        context.beginPath();
        context.arc(places[2 * hovered], places[2 * hovered + 1], 7, 0, 7);
        context.stroke();
      }
      if (stroke) {
        context.strokeStyle = color;
        context.lineWidth = 1.5;
        context.setLineDash([4, 3]);
        context.beginPath();
        for (const [x, y] of stroke) context.lineTo(x, y);
        context.closePath();
        context.stroke();
        context.setLineDash([]);
      }
    },
    /** The dot nearest to a place, or null if none is near. */
    nearest(x, y) {
      let best = NEAR * NEAR;
      let found = null;
      for (let i = 0; i < places.length; i += 2) {
        const square = (places[i] - x) ** 2 + (places[i + 1] - y) ** 2;
        if (square < best) {
          best = square;
          found = i / 2;
        }
      }
      return found;
    },
    /** Which dots lie within a polygon, (N) of 0 and 1: how often a ray to the right crosses it. */
    within(polygon) {
      const inside = new Uint8Array(places.length / 2);
      const xs = polygon.map(([x]) => x);
      const ys = polygon.map(([, y]) => y);
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      for (let i = 0; i < inside.length; i++) {
        const x = places[2 * i];
        const y = places[2 * i + 1];
        if (x < left || x > right || y < top || y > bottom) continue;
        let odd = 0;
        for (let j = 0, k = xs.length - 1; j < xs.length; k = j++) {
          if (ys[j] > y !== ys[k] > y && x < ((xs[k] - xs[j]) * (y - ys[j])) / (ys[k] - ys[j]) + xs[j]) odd ^= 1;
        }
        inside[i] = odd;
      }
      return inside;
    },
    placeOf: (i) => [places[2 * i], places[2 * i + 1]],
  };
}
