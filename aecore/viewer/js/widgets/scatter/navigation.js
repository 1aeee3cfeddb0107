// Zooming and panning a scatter plot: Ctrl and the wheel, two fingers, a drag with Pan in use, buttons.

import { build } from "../../core/dom.js";

const STEP = 1.5; // a press of a button
const WHEEL = 0.0015; // per px of the wheel
const DEEPEST = 1e4; // times
const WIDEST = 4; // times as wide as all dots are
const VIEW = `
<div class="navigation" role="group" aria-label="Zoom">
  <button ref="pan" type="button" aria-pressed="false" title="Drag to move the view">Pan</button>
  <button ref="closer" type="button" aria-label="Zoom in" title="Zoom in; also Ctrl and the wheel, or two fingers">+</button>
  <button ref="farther" type="button" aria-label="Zoom out" title="Zoom out">−</button>
  <button ref="reset" type="button" title="Show all dots">Reset</button>
</div>`;

/**
 * Put the buttons into `frame`, the place around a scatter's canvas, and call `change()` with every other view.
 *
 * @param {Pick<ReturnType<typeof import("./scatter.js").makeScatter>, "canvas" | "home" | "ranges" | "zoom"> &
 *   { area: () => Record<"left" | "top" | "width" | "height", number> }} scatter
 */
export function makeNavigation(scatter, frame, scope, change) {
  const view = build(VIEW);
  const { canvas } = scatter;
  let isPanning = false;
  let drag = null; // the mouse's last place
  let pinch = null; // {middle, span} of two fingers
  scope.add(frame, view.root);

  function show(next) {
    const isWithin = next.every(([low, high], axis) => {
      const [first, last] = scatter.home()[axis];
      const share = (high - low) / (last - first);
      return share > 1 / DEEPEST && share < WIDEST;
    });
    if (!isWithin) return;
    scatter.zoom(next);
    change();
  }

  /** Zoom by a factor around a place, in px of the canvas; the middle of the plot if none is given. */
  function zoomBy(factor, place = null) {
    const { left, top, width, height } = scatter.area();
    const [x, y] = place ?? [left + width / 2, top + height / 2];
    const shares = [(x - left) / width, 1 - (y - top) / height];
    show(scatter.ranges().map(([low, high], axis) => {
      const fixed = low + shares[axis] * (high - low);
      return [fixed + (low - fixed) / factor, fixed + (high - fixed) / factor];
    }));
  }

  function panBy(right, down) {
    const { width, height } = scatter.area();
    const shares = [-right / width, down / height];
    show(scatter.ranges().map((range, axis) => range.map((end) => end + shares[axis] * (range[1] - range[0]))));
  }

  function placeOf({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  function pinchOf({ touches }) {
    const [one, other] = [...touches].map(placeOf);
    const middle = [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
    return { middle, span: Math.hypot(one[0] - other[0], one[1] - other[1]) || 1 };
  }

  function turnWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * WHEEL), placeOf(event));
  }

  function moveFingers(event) {
    if (event.touches.length === 2) {
      event.preventDefault();
      const before = pinch ?? pinchOf(event);
      pinch = pinchOf(event);
      zoomBy(pinch.span / before.span, before.middle);
      panBy(pinch.middle[0] - before.middle[0], pinch.middle[1] - before.middle[1]);
    } else if (isPanning && event.touches.length === 1) {
      event.preventDefault();
      moveTo(placeOf(event.touches[0]));
    }
  }

  function moveTo(place) {
    if (drag) panBy(place[0] - drag[0], place[1] - drag[1]);
    drag = place;
  }

  function takePan(isTaken) {
    isPanning = isTaken;
    view.pan.setAttribute("aria-pressed", String(isPanning));
  }

  scope.listen(view.pan, "click", () => takePan(!isPanning));
  scope.listen(view.closer, "click", () => zoomBy(STEP));
  scope.listen(view.farther, "click", () => zoomBy(1 / STEP));
  scope.listen(view.reset, "click", () => show(scatter.home()));
  scope.listen(canvas, "wheel", turnWheel, { passive: false });
  scope.listen(canvas, "dblclick", () => show(scatter.home()));
  // Not pointer events: who selects dots keeps these from the canvas.
  scope.listen(canvas, "mousedown", (event) => (drag = isPanning && event.button === 0 ? placeOf(event) : null));
  scope.listen(document, "mousemove", (event) => drag && moveTo(placeOf(event)));
  scope.listen(document, "mouseup", () => (drag = null));
  scope.listen(canvas, "touchmove", moveFingers, { passive: false });
  for (const end of ["touchend", "touchcancel"]) scope.listen(canvas, end, () => (drag = pinch = null));
  return { element: view.root, isPanning: () => isPanning };
}
