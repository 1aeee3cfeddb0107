// A layer of our own over the plot area of a flat chart: it follows zooming, and turns what the pointer
// does into positions on the axes.

import { CHOSEN } from "../../core/colors.js";
import { build } from "../../core/dom.js";

/**
 * @typedef {ReturnType<typeof import("../../core/scope.js").makeScope>} Scope
 * @typedef {{ x: number, y: number }} Position  On the axes
 * @typedef {object} Area  Of the plot within the chart's frame, in px, and what its axes span
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} x0
 * @property {number} x1
 * @property {number} y0
 * @property {number} y1
 *
 * @typedef {object} Chart  A scatter plot of test digits
 * @property {HTMLElement} element
 * @property {HTMLElement} frame  What layers over the chart are put into
 * @property {() => boolean} isReady  Whether its axes can be read
 * @property {(hash: string, view: string) => boolean} [shows]  Whether it is that of a model and a view
 * @property {() => boolean} isFlat
 * @property {() => Area} area
 * @property {() => { label: number, numbers: ArrayLike<number>, x: ArrayLike<number>, y: ArrayLike<number> }[]} dots
 *   Of the classes on show
 * @property {(target: any) => boolean} isPlot  Whether an event's target is the plot, and no control over it
 * @property {(scope: Scope, listener: () => void) => void} follow  Call a listener when the axes may have changed
 * @property {(scope: Scope, listener: () => void) => void} [followLegend]
 *   Call a listener when the legend has hidden or shown a class, if the page is to be told
 *
 * @typedef {object} Charts  What draws them
 * @property {(host: import("../../core/host.js").Host, scope: Scope, found: (chart: Chart | null) => void) => void} watch
 *   Call `found` with the page's chart, and again for every later one; null while there is none.
 * @property {(overlay: any, scope: Scope) => void} attachFlat
 * @property {(chart: Chart, scope: Scope, on: Record<"hover" | "click", (number: number) => void>) =>
 *   { place: (number: number | null) => void }} attachSpace
 *   Report the test digits that are pointed at in 3-D; what is returned marks one.
 */

export const CLICK_REACH = 6; // px that a click may move, and a dot may be away
const DOUBLE = 400; // ms between two clicks that are one
const HOLD = 350; // ms that a finger rests until it probes
const LENS = { side: 84, gap: 26 }; // px

/** The chart with an overlay, in a style sheet. */
export const CHART = "[data-aecore-map]";
// Plotly's own style sheet takes margins and borders off every div in a chart: this must outrank it.
export const LAYER = `${CHART} .aecore-frame .aecore-layer`;
const STYLE = `
${LAYER} { position: absolute; z-index: 1; overflow: hidden; pointer-events: none; contain: strict; }
${LAYER} > * { position: absolute; left: 0; top: 0; box-sizing: border-box; }
${LAYER} .aecore-probe, ${LAYER} .aecore-pin { border-radius: 50%; will-change: transform; }
${LAYER} .aecore-probe { width: 15px; height: 15px; margin: -7.5px; border: 2.5px solid #fff;
  box-shadow: 0 0 0 1.5px #222, inset 0 0 0 1.5px #222; outline: none; }
${LAYER} .aecore-probe:focus-visible { box-shadow: 0 0 0 1.5px #222, inset 0 0 0 1.5px #222,
  0 0 0 5px #fff, 0 0 0 8px #1c6ee8; }
${LAYER} .aecore-pin { width: 21px; height: 21px; margin: -10.5px; border: 3.5px solid ${CHOSEN};
  box-shadow: 0 0 0 1px #fff; }
${LAYER} .aecore-lens { width: ${LENS.side}px; height: ${LENS.side}px; image-rendering: pixelated;
  border: 2px solid #fff; border-radius: 6px; box-shadow: 0 0 0 1px #222; will-change: transform; }
:root[data-start-card] ${LAYER} .aecore-invitation, ${LAYER} > [hidden] { display: none; }
${LAYER} .aecore-invitation { left: 50%; top: 12px; padding: 6px 14px; border-radius: 1rem; color: #fff; background: #222c;
  font: 15px "Source Sans", sans-serif; white-space: nowrap; transform: translateX(-50%); }
${CHART} .nsewdrag { cursor: crosshair !important; }
`;
const VIEW = `
<div class="aecore-layer">
  <div ref="pin" class="aecore-pin"></div>
  <div ref="probe" class="aecore-probe" tabindex="0" role="application" aria-roledescription="probe"
    aria-label="Probe on the map. Arrow keys move it, with shift in fine steps; Enter pins it, or with Box in use sets a corner."></div>
  <canvas ref="lens" class="aecore-lens" hidden aria-hidden="true"></canvas>
  <div ref="invitation" class="aecore-invitation" aria-hidden="true"></div>
  <style>${STYLE}</style>
</div>`;

/** Return the color of the page around a chart. */
export function pageColor({ element }) {
  return getComputedStyle(element).colorScheme.includes("dark") ? "#171614" : "#ffffff";
}

/** Return the position on the axes of a point of the area, in px from its top left corner. */
export function toAxes(area, left, top) {
  return {
    x: area.x0 + (left / area.width) * (area.x1 - area.x0),
    y: area.y1 - (top / area.height) * (area.y1 - area.y0),
  };
}

/** Return [left, top], in px from the area's top left corner, of a position on the axes. */
export function toPixels(area, { x, y }) {
  return [
    ((x - area.x0) / (area.x1 - area.x0)) * area.width,
    ((area.y1 - y) / (area.y1 - area.y0)) * area.height,
  ];
}

/** Return the test digit whose visible dot is nearest to a position, if it is within `reach` px; else null. */
export function dotAt(chart, area, position, reach) {
  const [left, top] = toPixels(area, position);
  let nearest = null;
  let best = reach * reach;
  const perX = area.width / (area.x1 - area.x0);
  const perY = area.height / (area.y1 - area.y0);
  for (const { x, y, numbers } of chart.dots()) {
    for (let i = 0; i < x.length; i++) {
      const across = (x[i] - area.x0) * perX - left;
      const down = (area.y1 - y[i]) * perY - top;
      const square = across * across + down * down;
      if (square <= best) {
        best = square;
        nearest = Number(numbers[i]);
      }
    }
  }
  return nearest;
}

/** Let the wheel scroll the page over a chart; with Ctrl it zooms. */
export function letWheelScroll({ element }, scope) {
  const pass = (event) => event.ctrlKey || event.metaKey || event.stopPropagation();
  scope.listen(element, "wheel", pass, { capture: true, passive: true });
}

/**
 * Put probe, pin and lens over a flat chart.
 *
 * `on` holds what to call: move(position, event) for a pointer that moves over the plot area, leave()
 * when it has gone, click(position, reach) for one that stayed put between press and release, undo() for a
 * second click at once, which resets the zoom, key(event), focus(), and view() when the axes have changed.
 * A finger probes once it has rested; until then it scrolls the page.
 */
export function makeOverlay(chart, scope, on) {
  const { root: layer, pin, probe, lens, invitation } = build(VIEW);
  const { element, frame } = chart;
  element.dataset.aecoreMap = "";
  frame.classList.add("aecore-frame");
  frame.prepend(layer); // the probe before the chart's own buttons
  scope.onEnd(() => layer.remove());
  invitation.textContent = matchMedia("(hover: none)").matches
    ? "Tap, or hold and drag"
    : "Move over the latent space";
  scope.onEnd(() => delete element.dataset.aecoreMap);
  let area = chart.area();
  let pressed = null; // where a press began that may become a click
  let clicked = null; // the latest click
  let isHeld = false; // by a finger that has rested
  let hold = null; // what begins then, while a finger rests
  const rest = scope.makeTimer();

  /** Return where an event lies in the plot area, in px from its top left corner. */
  function placeOf(event) {
    const box = frame.getBoundingClientRect();
    return [event.clientX - box.left - area.left, event.clientY - box.top - area.top];
  }

  /** Return the event's position on the axes; null outside the plot area or on something above it. */
  function locate(event) {
    if (!chart.isPlot(event.target)) return null;
    const [left, top] = placeOf(event);
    const isInside = left >= 0 && top >= 0 && left <= area.width && top <= area.height;
    return isInside ? toAxes(area, left, top) : null;
  }

  const isTouch = (event) => event.pointerType === "touch";
  const isNear = (event, place) => Math.hypot(event.clientX - place.x, event.clientY - place.y) <= CLICK_REACH;

  /** Keep a finger that probes, or draws, from scrolling: Chromium heeds no touch-action inside an SVG. */
  function keepStill(event) {
    const isAlone = event.touches.length === 1 && locate(event.touches[0]);
    if (isAlone && (isHeld || frame.querySelector(".aecore-tools [aria-pressed=true]"))) event.preventDefault();
  }

  function probeAt(position, event) {
    invitation.hidden = true;
    on.move(position, event);
  }

  function move(event) {
    if (pressed && !isNear(event, pressed)) {
      pressed = null;
      if (!isHeld) stopResting();
    }
    if (isTouch(event) && !isHeld) return;
    const position = locate(event);
    if (position) probeAt(position, event);
    else on.leave();
  }

  function press(event) {
    const position = event.isPrimary && event.button === 0 ? locate(event) : null;
    pressed = position && { x: event.clientX, y: event.clientY };
    if (!position) return;
    if (!isTouch(event)) return probeAt(position, event);
    hold = () => {
      stopResting();
      isHeld = true;
      pressed = null;
      probeAt(position, event);
    };
    rest.start(hold, HOLD);
  }

  function stopResting() {
    rest.stop();
    hold = null;
  }

  function release(event) {
    const position = pressed && locate(event);
    const isSecond = clicked && event.timeStamp - clicked.time < DOUBLE && isNear(event, clicked);
    if (position && isSecond) on.undo();
    else if (position) {
      if (isTouch(event)) probeAt(position, event);
      on.click(position, isTouch(event) ? 3 * CLICK_REACH : CLICK_REACH);
    }
    clicked = position && !isSecond ? { x: event.clientX, y: event.clientY, time: event.timeStamp } : null;
    letGo();
    if (isTouch(event)) on.leave();
  }

  function letGo() {
    stopResting();
    pressed = null;
    isHeld = false;
  }

  function follow() {
    const before = area;
    area = chart.area();
    if (Object.keys(area).every((name) => area[name] === before[name])) return;
    fit();
    on.view();
  }

  function fit() {
    for (const side of ["left", "top", "width", "height"]) layer.style[side] = `${area[side]}px`;
  }

  fit();
  const passively = { capture: true, passive: true };
  scope.listen(document, "pointermove", move, passively);
  letWheelScroll(chart, scope);
  for (const type of ["touchstart", "touchmove"]) scope.listen(element, type, keepStill, { capture: true, passive: false });
  scope.listen(element, "contextmenu", (event) => {
    hold?.(); // a busy page hears of the browser's long press first
    if (isHeld) event.preventDefault();
  });
  scope.listen(element, "pointerdown", press, passively);
  scope.listen(document, "pointerup", release, passively);
  scope.listen(document, "pointercancel", letGo, { passive: true });
  scope.listen(probe, "keydown", on.key);
  scope.listen(probe, "focus", () => {
    invitation.hidden = true;
    on.focus();
  });
  scope.listen(probe, "blur", on.leave);
  chart.follow(scope, follow);

  return {
    chart,
    element: layer,
    frame,
    lens,
    locate,
    placeOf,
    probe,
    area: () => area,
    placeProbe: (position) => moveTo(probe, ...toPixels(area, position)),
    placePin: (position) => moveTo(pin, ...toPixels(area, position)),
    /** Put the lens above a position, or below it where there is no room; away for null. */
    placeLens(position) {
      lens.hidden = !position;
      if (!position) return;
      const [left, top] = toPixels(area, position);
      const { side, gap } = LENS;
      const across = Math.min(Math.max(left - side / 2, 2), area.width - side - 2);
      moveTo(lens, across, top - side - gap < 2 ? top + gap : top - side - gap);
    },
  };
}

function moveTo(element, left, top) {
  element.style.transform = `translate(${left}px, ${top}px)`;
}
