// Selecting dots of a flat chart with a box or a lasso. Follows core.js and chart.js.

import { CHART, LAYER, STILL, toAxes, toPixels } from "./plotly_overlay.js";

const SPACING = 3; // px between two corners of a lasso
const MOST_CORNERS = 1000;
const OUTLINE = `${CHART} .svg-container`;
const OUTLINE_CSS = `
${OUTLINE} .aecore-tools { position: absolute; left: 0; top: 0; display: flex; gap: 4px; z-index: 2; }
${OUTLINE} .aecore-tools button { font: inherit; font-size: 13px; line-height: 1; padding: 5px 9px;
  color: inherit; background: transparent; border: 1px solid rgba(128, 128, 128, 0.5);
  border-radius: 6px; cursor: pointer; }
${OUTLINE} .aecore-tools button[aria-pressed="true"] { color: #fff; background: #c83a4a;
  border-color: #c83a4a; }
${OUTLINE} .aecore-tools button:focus-visible { outline: 3px solid #c83a4a; outline-offset: 1px; }
${OUTLINE} .aecore-tools button[hidden] { display: none; }
${LAYER} > svg.aecore-outline { width: 100%; height: 100%; }
.aecore-outline polygon { fill: rgba(128, 128, 128, 0.2); fill-rule: evenodd; stroke: #222;
  stroke-width: 3.5; }
.aecore-outline polygon + polygon { fill: none; stroke: #fff; stroke-width: 2;
  stroke-dasharray: 7 5; }
`;
const TOOLS = `
  <button type="button" data-tool="box" aria-pressed="false"
    title="Drag over the map to select the digits in a box; without a mouse, press Enter for one
    corner, move the probe with the arrow keys, and press Enter for the other">Box</button>
  <button type="button" data-tool="lasso" aria-pressed="false"
    title="Drag around the digits to select">Lasso</button>
  <button type="button" data-tool="clear" title="Select none" hidden>Clear</button>`;

/**
 * The tools over a layer's chart and the outline drawn with them. `first` is an outline to begin
 * with, a list of positions [x, y] on the axes, or null; `chosen(outline)` is called with every new
 * one, and with null when there is none any more.
 */
export function makeOutline(layer, scope, first, chosen) {
  const tools = document.createElement("div");
  tools.className = "aecore-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Select digits on the map");
  tools.innerHTML = TOOLS;
  const style = document.createElement("style");
  style.textContent = OUTLINE_CSS;
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "aecore-outline");
  drawing.setAttribute("aria-hidden", "true");
  drawing.innerHTML = "<polygon/><polygon/>"; // white on dark: seen on dots of any color
  layer.frame.append(style, tools);
  layer.element.prepend(drawing); // under the probe, the pin and the lens
  scope.onDispose(() => {
    for (const element of [tools, style, drawing]) element.remove();
  });
  const clear = tools.querySelector("[data-tool=clear]");

  let tool = null; // "box" or "lasso"
  let outline = first; // in positions on the axes
  let drawn = null; // corners of the drag under way, in px of the plot area
  let anchor = null; // the first corner of a box drawn by keyboard, on the axes

  function take(name) {
    tool = name === tool ? null : name;
    if (anchor) cancel();
    for (const button of tools.children) {
      if (button !== clear) button.setAttribute("aria-pressed", button.dataset.tool === tool);
    }
  }

  function choose(next) {
    outline = next;
    follow();
    chosen(next);
  }

  function press(event) {
    if (tool && event.isPrimary && event.button === 0 && layer.locate(event)) {
      anchor = null;
      drawn = [pixels(event)];
    }
  }

  /** Plotly must not drag at the same time. */
  function shield(event) {
    if (drawn && !tools.contains(event.target)) event.stopPropagation();
  }

  function move(event) {
    if (!drawn || !event.isPrimary) return;
    const [left, top] = pixels(event);
    const [fromLeft, fromTop] = drawn[0];
    if (tool === "box") {
      drawn = [drawn[0], [left, fromTop], [left, top], [fromLeft, top]];
    } else {
      const [lastLeft, lastTop] = drawn[drawn.length - 1];
      if (Math.hypot(left - lastLeft, top - lastTop) < SPACING) return;
      if (drawn.length < MOST_CORNERS) drawn.push([left, top]);
    }
    draw(drawn);
  }

  function release() {
    if (!drawn) return;
    const corners = drawn;
    drawn = null;
    const span = (axis) => {
      const values = corners.map((corner) => corner[axis]);
      return Math.max(...values) - Math.min(...values);
    };
    if (corners.length < 3 || Math.min(span(0), span(1)) <= STILL) return follow(); // a click
    return choose(corners.map((corner) => rounded(toAxes(layer.area(), ...corner))));
  }

  function rounded({ x, y }) {
    return [x, y].map((value) => Number(value.toPrecision(6)));
  }

  function cancel() {
    drawn = anchor = null;
    follow();
  }

  /** The box from where Enter was pressed to a position. */
  function boxTo({ x, y }) {
    return [anchor, { x, y: anchor.y }, { x, y }, { x: anchor.x, y }].map(rounded);
  }

  /** Enter at a position: a corner of a box, the second one ends it; false if Box is not in use. */
  function corner(position) {
    if (tool !== "box") return false;
    if (!anchor) {
      anchor = { ...position };
    } else {
      const box = boxTo(position);
      const isFlat = position.x === anchor.x || position.y === anchor.y;
      anchor = null;
      if (isFlat) follow();
      else choose(box);
    }
    return true;
  }

  /** The probe has moved: the other corner of a box that has been begun goes along. */
  function stretch(position) {
    if (anchor) draw(onScreen(boxTo(position)));
  }

  function onScreen(corners) {
    return corners.map(([x, y]) => toPixels(layer.area(), { x, y }));
  }

  /** Where the event lies in the plot area, in px, or the nearest place in it. */
  function pixels(event) {
    const area = layer.area();
    const box = layer.frame.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    return [
      within(event.clientX - box.left - area.left, area.width),
      within(event.clientY - box.top - area.top, area.height),
    ];
  }

  function draw(corners) {
    const points = corners.map((corner) => corner.join(",")).join(" ");
    for (const polygon of drawing.children) polygon.setAttribute("points", points);
  }

  /** Draw the outline where its positions lie now. */
  function follow() {
    draw(onScreen(outline ?? []));
    clear.hidden = !outline;
  }

  scope.listen(tools, "click", (event) => {
    const name = event.target.closest("button")?.dataset.tool;
    if (name === "clear") choose(null);
    else if (name) take(name);
    if (tool === "box" && event.detail === 0) layer.probe.focus(); // pressed by keyboard: go on there
  });
  scope.listen(layer.chart, "pointerdown", press, { capture: true, passive: true });
  for (const type of ["mousedown", "touchstart"]) {
    scope.listen(layer.chart, type, shield, { capture: true });
  }
  scope.listen(document, "pointermove", move, { capture: true, passive: true });
  scope.listen(document, "pointerup", release, { capture: true, passive: true });
  scope.listen(document, "pointercancel", cancel, { passive: true });
  scope.listen(document, "keydown", (event) => {
    if (event.key === "Escape" && (drawn || anchor)) cancel();
  });
  follow();
  return { follow, corner, stretch };
}

/** Labels whose dots the chart shows: its legend hides others. */
export function labelsOn(chart) {
  return chart._fullData
    .filter((trace) => trace.visible === true && /^[0-9]$/.test(trace.name))
    .map((trace) => Number(trace.name));
}
