// A point on a small map that can be dragged, or moved with the arrow keys.

import { directionOf, make } from "../../core/dom.js";

const STEP = 1 / 60; // share of the map that an arrow key moves the point
const FINE = 1 / 8; // of a step, with shift
const TAP = 6; // px that a finger may move

/**
 * Make the point on a map of `makeMinimap`.
 *
 * A mouse drags it from anywhere on the map. A finger drags the point itself, and taps elsewhere: its swipes
 * scroll the page.
 *
 * @param {ReturnType<typeof import("../../core/scope.js").makeScope>} scope
 * @param {import("./minimap.js").Minimap} minimap
 * @param {{ move: (position: number[], event: Event) => void, end: () => void }} on  What to call with every
 *   position on the axes that it is moved to, and when it is let go
 */
export function makeHandle(scope, minimap, on) {
  const point = make("span", {
    class: "dot handle",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "point",
    "aria-label": "Point on the map. Arrow keys move it, with shift in fine steps.",
  });
  let position = null;
  let isDragged = false;
  let tapped = null; // where a finger has come down beside the point
  minimap.element.append(point);

  function press(event) {
    if (!event.isPrimary || event.button !== 0 || !position) return;
    if (event.pointerType === "touch" && event.target !== point) {
      tapped = event;
      return;
    }
    event.preventDefault(); // no selection of text
    point.focus({ preventScroll: true });
    isDragged = true;
    minimap.element.setPointerCapture(event.pointerId);
    if (event.target !== point) on.move(minimap.positionAt(event), event);
  }

  function release(event) {
    if (tapped && Math.hypot(event.clientX - tapped.clientX, event.clientY - tapped.clientY) <= TAP) {
      on.move(minimap.positionAt(event), event);
      on.end();
    }
    cancel();
  }

  function cancel() {
    if (isDragged) on.end();
    isDragged = false;
    tapped = null;
  }

  function pressKey(event) {
    const direction = directionOf(event);
    if (!direction) return;
    event.preventDefault();
    const step = STEP * (event.shiftKey ? FINE : 1);
    const moved = minimap.ranges().map(([low, high], axis) => position[axis] + direction[axis] * step * (high - low));
    on.move(moved, event);
    on.end();
  }

  function place() {
    const shown = position && minimap.placeOf(position);
    if (shown) point.style.transform = `translate(${shown[0]}px, ${shown[1]}px)`;
  }

  scope.listen(minimap.element, "pointerdown", press);
  scope.listen(minimap.element, "pointermove", (event) => isDragged && on.move(minimap.positionAt(event), event));
  scope.listen(minimap.element, "pointerup", release);
  scope.listen(minimap.element, "pointercancel", cancel);
  scope.listen(point, "keydown", pressKey);
  return {
    follow: place,
    /** Put the point at a position on the axes. */
    place(next) {
      position = next;
      place();
    },
  };
}
