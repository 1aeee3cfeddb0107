// A scatter plot on a canvas: axes, the dots of classes, those selected in color, and which dots lie where.

import { isEqual } from "../../core/arrays.js";
import { extent, ticksWithin, widened } from "../../core/axes.js";
import { drawLine, fitCanvas, pixelOf, writeNumerals } from "../../core/canvas.js";
import { CHOSEN } from "../../core/colors.js";
import { nearestPoint, pointsWithin } from "../../core/geometry.js";
import { brief } from "../../core/text.js";

export const MARGIN = { left: 44, right: 8, top: 8, bottom: 40 }; // px around the dots
const REACH = 9; // px from the pointer to a dot
const ROOM = 0.03; // of the dots' extent beside them
const MANY = 50_000; // dots; more are drawn as pixels
const OPAQUE = { all: 0.75, selected: 0.95, others: 0.25 };

export function makeScatter(canvas, host) {
  const context = canvas.getContext("2d");
  let width = 0;
  let height = 0;
  let points = null; // Float32Array (N x 2)
  let places = null; // Float32Array (N x 2), px; hidden dots are nowhere
  let isPlaced = false;
  let home = null; // the ranges that hold all dots
  let ranges = null;
  let names = null;
  let isHidden = (_row) => false;

  const across = () => width - MARGIN.left - MARGIN.right;
  const down = () => height - MARGIN.top - MARGIN.bottom;
  const toX = (x) => MARGIN.left + ((x - ranges[0][0]) / (ranges[0][1] - ranges[0][0])) * across();
  const toY = (y) => MARGIN.top + ((ranges[1][1] - y) / (ranges[1][1] - ranges[1][0])) * down();

  /** Take the size that the canvas has on the page. */
  function fit() {
    ({ width, height } = fitCanvas(canvas));
    isPlaced = false;
  }

  /** Find where the dots lie now, once a frame: of a million it takes most of its time. */
  function placed() {
    if (isPlaced || !points) return places;
    isPlaced = true;
    if (places?.length !== points.length) places = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      const isAway = isHidden(i / 2);
      places[i] = isAway ? Infinity : toX(points[i]);
      places[i + 1] = isAway ? Infinity : toY(points[i + 1]);
    }
    return places;
  }

  function write(text, x, y, textAlign, textBaseline, room = undefined) {
    Object.assign(context, { textAlign, textBaseline });
    context.fillText(text, x, y, room);
  }

  function drawAxes({ color, font }) {
    context.fillStyle = color;
    context.font = `12px ${font}`;
    for (const value of ticksWithin(...ranges[0], width / 80)) {
      write(brief(value), toX(value), height - MARGIN.bottom + 4, "center", "top");
    }
    write(names[0], (MARGIN.left + width) / 2, height - 16, "center", "top", width - MARGIN.left);
    for (const value of ticksWithin(...ranges[1], height / 60)) {
      write(brief(value), MARGIN.left - 6, toY(value), "right", "middle");
    }
    context.save();
    context.translate(8, (height - MARGIN.bottom) / 2);
    context.rotate(-Math.PI / 2);
    write(names[1], 0, 0, "center", "middle", height - MARGIN.bottom);
    context.restore();
  }

  function drawDots({ labels, colors }, order, selected) {
    const draw = (size, isSelected) => {
      for (const i of order) {
        if (selected && Boolean(selected[i]) !== isSelected) continue;
        if (isSelected) context.fillStyle = colors[labels[i]];
        context.fillRect(places[2 * i] - size / 2, places[2 * i + 1] - size / 2, size, size);
      }
    };
    if (selected) {
      context.globalAlpha = OPAQUE.others;
      context.fillStyle = "#94a4a2";
      draw(2, false);
    }
    context.globalAlpha = selected ? OPAQUE.selected : OPAQUE.all;
    draw(selected ? 4 : 3, true);
    context.globalAlpha = 1;
  }

  /** Draw a million dots within a frame's time: a pixel each, which all blending would multiply. */
  function drawPixels({ labels, colors }, selected) {
    const ratio = canvas.width / width;
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const words = colors.map((color) => pixelOf(color, OPAQUE.all));
    const pale = pixelOf("#94a4a2", OPAQUE.others);
    const [right, bottom] = [(width - MARGIN.right) * ratio, (height - MARGIN.bottom) * ratio];
    for (let i = 0; i < labels.length; i++) {
      const x = places[2 * i] * ratio;
      const y = places[2 * i + 1] * ratio;
      if (!(x >= MARGIN.left * ratio && x < right && y >= MARGIN.top * ratio && y < bottom)) continue;
      pixels[(y | 0) * canvas.width + (x | 0)] = selected && !selected[i] ? pale : words[labels[i]];
    }
    context.putImageData(image, 0, 0);
  }

  function drawMarks(color, hovered, outline) {
    if (hovered !== null) {
      context.beginPath();
      Object.assign(context, { strokeStyle: CHOSEN, lineWidth: 2 });
      context.arc(places[2 * hovered], places[2 * hovered + 1], 7, 0, 7);
      context.stroke();
    }
    if (!outline) return;
    context.setLineDash([4, 3]);
    drawLine(context, [...outline, outline[0]], { strokeStyle: color, lineWidth: 1.5 });
    context.setLineDash([]);
  }

  /** Call `draw` where it cannot leave the plot. */
  function within(draw) {
    context.save();
    context.beginPath();
    context.rect(MARGIN.left - 2, MARGIN.top - 2, across() + 4, down() + 4);
    context.clip();
    draw();
    context.restore();
  }

  return {
    canvas,
    fit,
    /** Take other points and names of the axes; false if they are those on show. */
    set(nextPoints, nextNames) {
      if (points && isEqual(points, nextPoints) && names.join() === nextNames.join()) return false;
      points = nextPoints;
      names = nextNames;
      home = [0, 1].map((axis) => widened(extent(points.filter((_, i) => i % 2 === axis)), ROOM));
      ranges = home;
      fit();
      return true;
    },
    /** Return the ranges of both axes: those on show, and those that hold all dots. */
    ranges: () => ranges,
    home: () => home,
    /** Show other ranges of the axes. */
    zoom(next) {
      ranges = next;
      isPlaced = false;
    },
    /** Hide the dots whose rows `test` says so of. */
    hide(test) {
      isHidden = test;
      isPlaced = false;
    },
    /** Return where the plot lies in the canvas, in px, and what its axes span. */
    area() {
      const [[x0, x1], [y0, y1]] = ranges;
      return { left: MARGIN.left, top: MARGIN.top, width: across(), height: down(), x0, x1, y0, y1 };
    },
    /** Draw the dots in an order, those selected last and alone in color, and the numerals of the classes. */
    draw(data, order, selected, hovered = null, outline = null, numerals = []) {
      const theme = host.theme();
      placed();
      context.clearRect(0, 0, width, height);
      drawAxes(theme);
      if (data.labels.length > MANY) drawPixels(data, selected);
      else within(() => drawDots(data, order, selected));
      within(() => {
        const markOf = ([label, [x, y]]) => ({ label, color: data.colors[label], place: [toX(x), toY(y)] });
        writeNumerals(context, numerals.map(markOf));
        drawMarks(theme.color, hovered, outline);
      });
    },
    /** Return the dot nearest to a place, or null if none is near. */
    nearest: (x, y) => nearestPoint(placed(), x, y, REACH),
    /** Return which dots lie within a polygon, (N) of 0 and 1. */
    within: (polygon) => pointsWithin(placed(), polygon),
  };
}
