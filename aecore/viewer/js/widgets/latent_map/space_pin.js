// The pin in a 3-D chart: a ring at the dot of the pinned test digit.

import { CHOSEN } from "../../core/colors.js";
import { make } from "../../core/dom.js";

const STYLE = `position: absolute; left: 0; top: 0; width: 21px; height: 21px; margin: -10.5px; box-sizing: border-box;
  border: 3.5px solid ${CHOSEN}; border-radius: 50%; box-shadow: 0 0 0 1px #fff; pointer-events: none`;

/** Make the ring; `place(number)` puts it at a test digit, or away for null. It follows the camera. */
export function makeSpacePin(chart, scope) {
  const scene = chart._fullLayout.scene._scene;
  const { glplot } = scene;
  const ring = make("div", { class: "aecore-space-pin" });
  let position = null;
  scope.add(scene.container, ring);

  function draw() {
    ring.style.cssText = position ? STYLE : "display: none";
    if (!position) return;
    const { model, view, projection } = glplot.cameraParams;
    const scaled = [...position.map((value, axis) => value * scene.dataScale[axis]), 1];
    const [x, y, , w] = [model, view, projection].reduce((point, matrix) => transform(matrix, point), scaled);
    const { clientWidth: width, clientHeight: height } = scene.container;
    ring.style.transform = `translate(${(0.5 + x / w / 2) * width}px, ${(0.5 - y / w / 2) * height}px)`;
  }

  const render = glplot.onrender;
  glplot.onrender = () => {
    render?.();
    draw();
  };
  scope.onEnd(() => (glplot.onrender = render));
  return {
    place(number) {
      position = number === null ? null : findDot(chart, number);
      draw();
    },
  };
}

/** Let a finger that moves up or down scroll the page over a 3-D chart; sideways it turns the chart, as two do. */
export function letFingerScroll(chart, scope) {
  const { container, glplot } = chart._fullLayout.scene._scene;
  for (const element of [container, glplot.canvas]) element.style.touchAction = "pan-y";
  const allow = (event) => {
    if (event.touches.length === 1) event.preventDefault = () => {}; // Plotly's own would keep the page still
  };
  for (const type of ["touchstart", "touchmove"]) scope.listen(chart, type, allow, { capture: true, passive: true });
}

function findDot(chart, number) {
  for (const { customdata, x, y, z } of chart._fullData) {
    const row = Array.from(customdata).indexOf(number);
    if (row >= 0) return [x[row], y[row], z[row]].map(Number);
  }
  return null;
}

/** Multiply a matrix, (16) column by column, by a vector (4). */
function transform(matrix, vector) {
  return [0, 1, 2, 3].map((row) => vector.reduce((sum, value, column) => sum + matrix[4 * column + row] * value, 0));
}
