// One of the maps: its axes, its dots, those selected in color, and which dots lie where.

import { isEqual } from "../../core/arrays.js";
import { extent, ticksWithin, widened } from "../../core/axes.js";
import { drawLine, fitCanvas } from "../../core/canvas.js";
import { nearestPoint, pointsWithin } from "../../core/geometry.js";
import { brief } from "../../core/text.js";

export const MARGIN = { left: 44, right: 8, top: 8, bottom: 40 }; // px around the dots
const REACH = 9; // px from the pointer to a dot
const ROOM = 0.03; // of the dots' extent beside them

export function makeScatter(canvas, host) {
  const context = canvas.getContext("2d");
  let width = 0;
  let height = 0;
  let points = null; // Float32Array (N x 2)
  let places = null; // Float32Array (N x 2), px
  let ranges = null;
  let names = null;

  const toX = (x) =>
    MARGIN.left + ((x - ranges[0][0]) / (ranges[0][1] - ranges[0][0])) * (width - MARGIN.left - MARGIN.right);
  const toY = (y) =>
    MARGIN.top + ((ranges[1][1] - y) / (ranges[1][1] - ranges[1][0])) * (height - MARGIN.top - MARGIN.bottom);

  /** Take the size that the canvas has on the page. */
  function fit() {
    ({ width, height } = fitCanvas(canvas));
    places = points?.map((value, i) => (i % 2 ? toY(value) : toX(value)));
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
      context.globalAlpha = 0.25;
      context.fillStyle = "#94a4a2";
      draw(2, false);
    }
    context.globalAlpha = selected ? 0.95 : 0.75;
    draw(selected ? 4 : 3, true);
    context.globalAlpha = 1;
  }

  function drawMarks(color, hovered, outline) {
    if (hovered !== null) {
      context.beginPath();
      Object.assign(context, { strokeStyle: "#e8196a", lineWidth: 2 });
      context.arc(places[2 * hovered], places[2 * hovered + 1], 7, 0, 7);
      context.stroke();
    }
    if (!outline) return;
    context.setLineDash([4, 3]);
    drawLine(context, [...outline, outline[0]], { strokeStyle: color, lineWidth: 1.5 });
    context.setLineDash([]);
  }

  return {
    canvas,
    fit,
    /** Take other points and names of the axes; false if they are those on show. */
    set(nextPoints, nextNames) {
      if (points && isEqual(points, nextPoints) && names.join() === nextNames.join()) return false;
      points = nextPoints;
      names = nextNames;
      ranges = [0, 1].map((axis) => widened(extent(points.filter((_, i) => i % 2 === axis)), ROOM));
      fit();
      return true;
    },
    /** Draw the dots in an order, those selected last and alone in color. */
    draw(data, order, selected, hovered, outline) {
      const theme = host.theme();
      context.clearRect(0, 0, width, height);
      drawAxes(theme);
      drawDots(data, order, selected);
      drawMarks(theme.color, hovered, outline);
    },
    /** Return the dot nearest to a place, or null if none is near. */
    nearest: (x, y) => nearestPoint(places, x, y, REACH),
    /** Return which dots lie within a polygon, (N) of 0 and 1. */
    within: (polygon) => pointsWithin(places, polygon),
  };
}
