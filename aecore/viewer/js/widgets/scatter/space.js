// A scatter plot in three dimensions, drawn by WebGL: a drag or the arrow keys turn it, Ctrl and the wheel or
// the plus and minus keys zoom. It draws when something changes, and rests otherwise.

import { build } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";

const FIRST = { yaw: 0.7, pitch: 0.5, zoom: 1 };
const DEPTH = 0.3; // of the perspective
const REACH = 9; // px from the pointer to a dot
const CLICK_REACH = 4; // px that a click may move
const TURN = 0.008; // radians a px
const KEYS = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] }; // px
const ZOOMS = { "+": 1.2, "-": 1 / 1.2 };
const DOT = 3.2; // px
const VERTEX = `
attribute vec3 position; attribute vec3 color; uniform mat3 turn; uniform vec2 scale; uniform float size; varying vec3 ink;
void main() {
  vec3 p = turn * position; float w = 1.0 - ${DEPTH} * p.z;
  gl_Position = vec4(p.xy * scale, -0.5 * p.z * w, w); gl_PointSize = size / w; ink = color;
}`;
const FRAGMENT = "precision mediump float; varying vec3 ink; void main() { gl_FragColor = vec4(ink, 1.0); }";
const VIEW = `
<div class="space">
  <canvas ref="canvas" tabindex="0" role="application" aria-label="The latent space in three dimensions. Arrow keys turn it, plus and
minus zoom."></canvas>
  <span ref="x" class="axis"></span><span ref="y" class="axis"></span><span ref="z" class="axis"></span>
  <span ref="ring" class="ring" hidden></span>
</div>`;

/** Make the plot in a frame; `on.hover(row)` and `on.click(row)` are called with the dot that is pointed at. */
export function makeSpace(frame, scope, on) {
  const view = build(VIEW);
  const { canvas } = view;
  scope.add(frame, view.root);
  const gl = canvas.getContext("webgl", { antialias: true });
  const program = link(gl);
  const loop = makeFrameLoop(scope, draw);
  const camera = { ...FIRST };
  let points = null; // Float32Array (N x 3), within -1..1
  let rows = []; // on show
  let pinned = null;
  let drag = null; // {x, y, isMoved}
  scope.onEnd(() => gl.getExtension("WEBGL_lose_context")?.loseContext());

  /** Return the rotation, row by row. */
  function rotation() {
    const [c, s, d, t] = [Math.cos(camera.yaw), Math.sin(camera.yaw), Math.cos(camera.pitch), Math.sin(camera.pitch)];
    return [c, 0, s, t * s, d, -t * c, -d * s, t, d * c];
  }

  /** Return how far the x and y of a turned point are scaled, for the smaller side of the frame. */
  function scales() {
    const { clientWidth: width, clientHeight: height } = canvas;
    const side = 0.85 * camera.zoom * Math.min(width, height);
    return [side / width, side / height];
  }

  /**
   * Return [left, top] in px of a point.
   *
   * @returns {[number, number]}
   */
  function project(x, y, z, turn = rotation(), [sx, sy] = scales()) {
    const [a, b, c] = [0, 3, 6].map((i) => turn[i] * x + turn[i + 1] * y + turn[i + 2] * z);
    const w = 1 - DEPTH * c;
    return [(0.5 + (a * sx) / w / 2) * canvas.clientWidth, (0.5 - (b * sy) / w / 2) * canvas.clientHeight];
  }

  const placeOf = (row) => project(points[3 * row], points[3 * row + 1], points[3 * row + 2]);
  const moveTo = (element, [left, top]) => (element.style.transform = `translate(${left}px, ${top}px)`);

  function draw() {
    if (!points || !canvas.clientWidth) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.enable(gl.DEPTH_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const turn = rotation();
    const columns = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => turn[i]);
    gl.uniformMatrix3fv(gl.getUniformLocation(program, "turn"), false, columns);
    gl.uniform2fv(gl.getUniformLocation(program, "scale"), scales());
    gl.uniform1f(gl.getUniformLocation(program, "size"), DOT * ratio);
    gl.drawArrays(gl.POINTS, 0, rows.length);
    [view.x, view.y, view.z].forEach((label, axis) => moveTo(label, project(Number(axis === 0), Number(axis === 1), Number(axis === 2))));
    view.ring.hidden = pinned === null;
    if (pinned !== null) moveTo(view.ring, placeOf(pinned));
  }

  /** Return the frontmost dot near a place, or null. */
  function nearest(left, top) {
    const [turn, scale] = [rotation(), scales()];
    let found = null;
    let best = REACH * REACH;
    for (const row of rows) {
      const [x, y] = project(points[3 * row], points[3 * row + 1], points[3 * row + 2], turn, scale);
      const square = (x - left) ** 2 + (y - top) ** 2;
      if (square < best) [found, best] = [row, square];
    }
    return found;
  }

  function turnBy(right, down) {
    camera.yaw += right * TURN;
    camera.pitch = Math.min(Math.max(camera.pitch + down * TURN, -1.5), 1.5);
    loop.request();
  }

  function zoomBy(factor) {
    camera.zoom = Math.min(Math.max(camera.zoom * factor, 0.3), 20);
    loop.request();
  }

  scope.listen(canvas, "pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, isMoved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  scope.listen(canvas, "pointermove", (event) => {
    if (!drag) {
      const row = points && nearest(event.offsetX, event.offsetY);
      if (row !== null) on.hover(row);
      return;
    }
    const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.isMoved && Math.hypot(right, down) <= CLICK_REACH) return;
    drag = { x: event.clientX, y: event.clientY, isMoved: true };
    turnBy(right, down);
  });
  scope.listen(canvas, "pointerup", (event) => {
    const row = drag && !drag.isMoved ? nearest(event.offsetX, event.offsetY) : null;
    drag = null;
    if (row !== null) on.click(row);
  });
  scope.listen(canvas, "pointercancel", () => (drag = null));
  scope.listen(canvas, "wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * 0.0015));
  }, { passive: false });
  scope.listen(canvas, "dblclick", () => {
    Object.assign(camera, FIRST);
    loop.request();
  });
  scope.listen(canvas, "keydown", (event) => {
    const turned = KEYS[event.key];
    if (!turned && !ZOOMS[event.key]) return;
    event.preventDefault();
    if (turned) turnBy(turned[0], turned[1]);
    else zoomBy(ZOOMS[event.key]);
  });
  scope.watchSize(frame, () => loop.request());

  return {
    element: view.root,
    /** Show points (N x 3) in the colors of their classes, as far as `isShown(row)`. */
    show(next, names, labels, colors, isShown) {
      points = centered(next);
      rows = [...labels.keys()].filter(isShown);
      const inks = colors.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255));
      fillBuffer(gl, program, "position", rows.flatMap((row) => [...points.subarray(3 * row, 3 * row + 3)]));
      fillBuffer(gl, program, "color", rows.flatMap((row) => inks[labels[row]]));
      [view.x, view.y, view.z].forEach((label, axis) => (label.textContent = names[axis]));
      loop.request();
    },
    /** Ring a dot; none for null. */
    place(row) {
      pinned = row;
      loop.request();
    },
  };
}

/** Return points (N x 3) moved and scaled to lie within -1..1, all axes alike but for a few outliers. */
function centered(points) {
  const count = points.length / 3;
  const means = [0, 1, 2].map((axis) => points.reduce((sum, value, i) => sum + (i % 3 === axis ? value : 0), 0) / count);
  const sizes = points.map((value, i) => Math.abs(value - means[i % 3])).sort();
  const size = sizes[Math.floor(0.998 * (sizes.length - 1))] || 1;
  return points.map((value, i) => Math.min(Math.max((value - means[i % 3]) / size, -1.5), 1.5));
}

function fillBuffer(gl, program, name, values) {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(values), gl.STATIC_DRAW);
  const place = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
}

function link(gl) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  return program;
}
