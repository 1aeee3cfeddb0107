// Selecting dots of a flat chart with a box or a lasso.

import { build } from "../../core/dom.js";
import { pointsWithin, simplified } from "../../core/geometry.js";
import { CHART, CLICK_REACH, LAYER, toAxes, toPixels } from "./overlay.js";

const SPACING = 3; // px between two corners of a lasso
const MOST_CORNERS = 1000; // while it is drawn
const KEPT_CORNERS = 36; // of the outline: a link holds it
const TOOLS = `${CHART} .aecore-frame .aecore-tools`;
const VIEW = `
<div class="aecore-tools" role="group" aria-label="Select digits on the map">
  <button type="button" data-tool="box" aria-pressed="false" title="Drag over the map to select the digits in a box; without a
mouse, press Enter for one corner, move the probe with the arrow keys, and press Enter for the other">Box</button>
  <button type="button" data-tool="lasso" aria-pressed="false" title="Drag around the digits to select">Lasso</button>
  <button ref="clear" type="button" data-tool="clear" title="Clear the selection" hidden>Clear</button>
  <button ref="count" type="button" data-tool="count" title="Show what the selected digits have in common" hidden></button>
  <style>
${TOOLS} { position: absolute; left: 0; top: 0; display: flex; gap: 4px; z-index: 2; }
${TOOLS} button { font: inherit; font-size: 13px; line-height: 1; padding: 5px 9px; color: inherit;
  background: transparent; border: 1px solid rgba(128, 128, 128, 0.5); border-radius: 6px; cursor: pointer; }
${TOOLS} button[aria-pressed="true"] { color: #fff; background: #c83a4a; border-color: #c83a4a; }
${TOOLS} button:focus-visible { outline: 3px solid #c83a4a; outline-offset: 1px; }
${TOOLS} button[hidden] { display: none; }
${LAYER} > svg.aecore-outline { width: 100%; height: 100%; }
.aecore-outline path { fill: light-dark(#ffffff, #171614); fill-opacity: 0.65; fill-rule: evenodd; }
.aecore-outline polygon { fill: none; stroke: #222; stroke-width: 3.5; }
.aecore-outline polygon + polygon { fill: none; stroke: #fff; stroke-width: 2; stroke-dasharray: 7 5; }
  </style>
</div>`;
const DRAWING = `<svg class="aecore-outline" aria-hidden="true"><path/><polygon/><polygon/></svg>`; // white on dark: seen on all dots

/**
 * Put the tools over an overlay's chart, and the outline drawn with them. `first` is an outline to begin
 * with, a list of positions [x, y] on the axes, or null; `choose(outline)` is called with every new one,
 * and with null when there is none any more; `showResults()` when the visitor wants to see what is selected.
 */
export function makeLasso(overlay, scope, first, choose, showResults) {
  const { root: tools, clear, count } = build(VIEW);
  const { root: drawing } = build(DRAWING);
  scope.add(overlay.frame, tools);
  overlay.element.prepend(drawing); // under the probe, the pin and the lens
  scope.onEnd(() => drawing.remove());

  let tool = null; // "box" or "lasso"
  let outline = first; // in positions on the axes
  let drawn = null; // corners of the drag under way, in px of the plot area
  let anchor = null; // the first corner of a box drawn by keyboard, on the axes

  function take(name) {
    tool = name === tool ? null : name;
    if (anchor) cancel();
    for (const button of tools.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  function tell() {
    const dots = outline ? overlay.chart.dots().map(({ x, y }) => Array.from(x, (value, i) => [value, y[i]])) : [];
    const inside = pointsWithin(dots.flat(2), outline ?? []);
    count.textContent = `${inside.reduce((sum, value) => sum + value, 0).toLocaleString("en-US")} selected`;
  }

  function show(next) {
    outline = next;
    tell();
    follow();
  }

  function set(next) {
    show(next);
    choose(next);
  }

  function press(event) {
    if (tool && event.isPrimary && event.button === 0 && overlay.locate(event)) {
      anchor = null;
      drawn = [placeWithin(event)];
    }
  }

  /** Keep the chart from dragging at the same time. */
  function shield(event) {
    if (drawn && !tools.contains(event.target)) event.stopPropagation();
  }

  function move(event) {
    if (!drawn || !event.isPrimary) return;
    const [left, top] = placeWithin(event);
    const [fromLeft, fromTop] = drawn[0];
    if (tool === "box") {
      drawn = [drawn[0], [left, fromTop], [left, top], [fromLeft, top]];
    } else {
      const [lastLeft, lastTop] = drawn.at(-1);
      if (Math.hypot(left - lastLeft, top - lastTop) < SPACING) return;
      if (drawn.length < MOST_CORNERS) drawn.push([left, top]);
    }
    draw(drawn);
  }

  function release() {
    if (!drawn) return;
    const corners = drawn;
    drawn = null;
    const [width, height] = [0, 1].map((axis) => {
      const values = corners.map((corner) => corner[axis]);
      return Math.max(...values) - Math.min(...values);
    });
    if (corners.length < 3 || Math.min(width, height) <= CLICK_REACH) follow(); // a click
    else set(simplified(corners, KEPT_CORNERS).map((corner) => rounded(toAxes(overlay.area(), ...corner))));
  }

  const rounded = ({ x, y }) => [x, y].map((value) => Number(value.toPrecision(6)));

  function cancel() {
    drawn = anchor = null;
    follow();
  }

  /** Return the box from where Enter was pressed to a position. */
  function boxTo({ x, y }) {
    return [anchor, { x, y: anchor.y }, { x, y }, { x: anchor.x, y }].map(rounded);
  }

  /** Set a corner of a box, the second one ends it; false if Box is not in use. */
  function setCorner(position) {
    if (tool !== "box") return false;
    if (!anchor) {
      anchor = { ...position };
      return true;
    }
    const box = boxTo(position);
    const isFlat = position.x === anchor.x || position.y === anchor.y;
    anchor = null;
    if (isFlat) follow();
    else set(box);
    return true;
  }

  /** Let the other corner of a box that has been begun follow the probe. */
  function stretch(position) {
    if (anchor) draw(onScreen(boxTo(position)));
  }

  const onScreen = (corners) => corners.map(([x, y]) => toPixels(overlay.area(), { x, y }));

  /** Return where an event lies in the plot area, in px, or the nearest place in it. */
  function placeWithin(event) {
    const { width, height } = overlay.area();
    return overlay.placeOf(event).map((value, axis) => Math.min(Math.max(value, 0), axis ? height : width));
  }

  function draw(corners) {
    const points = corners.map((corner) => corner.join(",")).join(" ");
    for (const polygon of drawing.querySelectorAll("polygon")) polygon.setAttribute("points", points);
    const { width, height } = overlay.area();
    const veil = corners.length < 3 ? "" : `M0 0H${width}V${height}H0ZM${points}Z`; // on all that is left out
    drawing.querySelector("path").setAttribute("d", veil);
  }

  /** Draw the outline where its positions lie now. */
  function follow() {
    draw(onScreen(outline ?? []));
    clear.hidden = count.hidden = !outline;
  }

  scope.listen(tools, "click", (event) => {
    const name = event.target.closest("button")?.dataset.tool;
    if (name === "clear") set(null);
    else if (name === "count") showResults();
    else if (name) take(name);
    if (tool === "box" && event.detail === 0) overlay.probe.focus(); // pressed by keyboard: go on there
  });
  const passively = { capture: true, passive: true };
  scope.listen(overlay.chart.element, "pointerdown", press, passively);
  for (const type of ["mousedown", "touchstart"]) scope.listen(overlay.chart.element, type, shield, { capture: true });
  scope.listen(document, "pointermove", move, passively);
  scope.listen(document, "pointerup", release, passively);
  scope.listen(document, "pointercancel", cancel, { passive: true });
  scope.listen(document, "keydown", (event) => {
    if (event.key === "Escape" && (drawn || anchor)) cancel();
  });
  tell();
  follow();
  return { follow, setCorner, show, stretch };
}
