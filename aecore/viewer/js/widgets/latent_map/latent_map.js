// The latent space: the digit under the pointer, the pinned digit, and the decoded grid under the points.

import { isEqual } from "../../core/arrays.js";
import { directionOf } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { meter } from "../../core/meter.js";
import { tellMilestone } from "../../core/milestones.js";
import { makeScope } from "../../core/scope.js";
import { alongAxes, axisValue, codeOf } from "../../model/axes.js";
import { distanceToData } from "../../model/neighbors.js";
import { decode } from "../../model/network.js";
import { measureDistance, showDigit, withModel, withPlace } from "../live_model.js";
import { makeDecodedGrid } from "./decoded_grid.js";
import { makeLasso } from "./lasso.js";
import { CLICK_REACH, dotAt, letWheelScroll, makeOverlay } from "./overlay.js";
import { makePanel } from "./panel.js";

const STEP = 1 / 60; // share of the view that an arrow key moves the probe
const FINE = 1 / 8; // of a step, with shift

/**
 * Return the `mount` of the latent space over a kind of charts.
 *
 * @param {import("./overlay.js").Charts} charts
 */
export const latentMapOver = (charts) => withModel((element, host, scope) => {
  const panel = makePanel(element, scope);
  const loop = makeFrameLoop(scope, draw);

  let model = null;
  let hash = ""; // by which the page calls it
  let view = ""; // "line", "plane", "principal" or "space"
  let pin = null; // {z, number, isChosen}: the first test digit until the visitor has chosen one
  let pinPlace = null; // what `withPlace` says of the pin
  let pinBefore = null; // the latest click
  let probe = null; // {z, position, number, pin}; position is null in space, pin is what it stands on untouched
  let drawn = {}; // {probe, model, lens} whose digit is on show
  let serial = null; // of the latest pin that this tab has made
  let scratch = null; // room for a code
  let chart = null;
  let chartScope = null;
  let overlay = null;
  let grid = null;
  let lasso = null;
  let spacePin = null;
  let selected = null; // an outline, in positions on the axes
  let gridAsked = null; // by the address: "on", "off" or null
  const isGridFirst = panel.isGridWanted();
  let isLensWanted = false;
  let way = null; // {label, place} where the visitor's probe was drawn last
  let isWebGLReported = false;

  // --- codes and the axes of the chart

  function codeAt({ x, y }) {
    if (view === "principal") return alongAxes(model, [x, y], scratch);
    scratch[0] = x;
    if (view === "plane") scratch[1] = y;
    return scratch;
  }

  function positionOf(z, number) {
    if (view === "principal") return { x: axisValue(model, z, 0), y: axisValue(model, z, 1) };
    if (view === "plane") return { x: z[0], y: z[1] };
    const row = number === null ? distanceToData(model, z).nearestIndex : number;
    return { x: z[0], y: model.labels[row] };
  }

  // --- probe

  function draw() {
    if (!model || !probe) return;
    drawProbe((isLensWanted && overlay?.lens) || null);
    overlay?.placeProbe(probe.position);
    overlay?.placeLens(isLensWanted ? probe.position : null);
  }

  /** Draw and describe the digit of the probe, in the lens too if there is one, unless it is on show. */
  function drawProbe(lens) {
    if (drawn.probe === probe && drawn.model === model && drawn.lens === lens) return;
    drawn = { probe, model, lens };
    if (probe.isMoved) probe.z.set(codeAt(probe.position)); // until then it is the pin's, off the plane too
    const pixels = showDigit(model, probe.z, panel.probe.canvas, ...(lens ? [lens] : []));
    const found = probe.pin === pin ? pinPlace : withPlace(model, measureDistance(model, probe.z), pixels);
    panel.probe.describe(probe.z, found, probe.number);
    tellWay(found);
  }

  /** Tell a tour where the visitor has led the probe. */
  function tellWay({ nearestLabel: label, place }) {
    const before = way;
    way = isLensWanted ? { label, place } : null;
    if (!way || !before) return;
    if (label !== before.label) tellMilestone("class_crossed", { from: before.label, to: label });
    if (place === "outside" && place !== before.place) tellMilestone("data_left");
  }

  function probeAt(position, event) {
    probe = { z: probe?.z ?? new Float64Array(model.dim), position, number: null, isMoved: true };
    isLensWanted = true;
    panel.speak();
    loop.request(event);
  }

  function probeDigit(number) {
    probe = { z: Float64Array.from(codeOf(model, number)), position: null, number };
    panel.speak();
    loop.request();
  }

  function setLens(isWanted) {
    if (isLensWanted === isWanted) return;
    isLensWanted = isWanted;
    loop.request();
  }

  function pressKey(event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!lasso.setCorner(probe.position)) pinAt(probe.position, CLICK_REACH);
      return;
    }
    const direction = directionOf(event);
    if (!direction) return;
    event.preventDefault();
    const { x0, x1, y0, y1 } = overlay.area();
    const step = STEP * (event.shiftKey ? FINE : 1);
    const x = clamp(probe.position.x + direction[0] * step * (x1 - x0), x0, x1);
    const y = clamp(probe.position.y + direction[1] * step * (y1 - y0), y0, y1);
    probeAt({ x, y }, event);
    lasso.stretch(probe.position);
  }

  // --- pin

  function setPin(z, number, isChosen = true) {
    pin = { z: Float64Array.from(z), number, isChosen };
    panel.showPin(isChosen);
    describePin();
    placePin();
  }

  /** Tell whether a pin is the one on show. */
  const isPinned = ({ z, number, chosen }) =>
    pin.number === number && pin.isChosen === chosen && isEqual(pin.z, Float64Array.from(z));

  function describePin() {
    const pixels = decode(model, pin.z);
    drawDigit(panel.pin.canvas, pixels);
    pinPlace = withPlace(model, measureDistance(model, pin.z), pixels);
    panel.pin.describe(pin.z, pinPlace, pin.number);
    panel.pin.label();
  }

  function placePin() {
    if (pin) overlay?.placePin(positionOf(pin.z, pin.number));
    if (pin) spacePin?.place(pin.number);
  }

  /** Pin the dot within reach, else the point itself, as an address would write it. */
  function pinAt(position, reach) {
    const number = dotAt(overlay.chart, overlay.area(), position, reach);
    if (number !== null) return pinDigit(number);
    return release(Array.from(codeAt(position), (value) => Number(value.toPrecision(4))), null);
  }

  const pinDigit = (number) => release(Array.from(codeOf(model, number)), number);

  function release(z, number, isChosen = true) {
    pinBefore = pin;
    setPin(z, number, isChosen);
    serial += 1;
    host.send("release", isChosen ? { z, number, serial } : { serial });
  }

  function unpin() {
    if (pinBefore) release(Array.from(pinBefore.z), pinBefore.number, pinBefore.isChosen);
  }

  // --- chart

  function attach() {
    chartScope?.end();
    chartScope = overlay = grid = lasso = spacePin = null;
    if (!chart?.isReady() || !model) return;
    if (chart.shows && !chart.shows(hash, view)) return; // that of the model before, or of the next
    const isFlat = chart.isFlat();
    if (isFlat !== (view !== "space")) return; // the chart of the view before
    chartScope = makeScope(meter);
    if (isFlat) attachFlat();
    else attachSpace();
    chart.followLegend?.(chartScope, tellClasses);
  }

  /** Tell the page which classes are on show, and with them what the outline selects now. */
  function tellClasses() {
    lasso?.show(selected);
    tellOutline(lasso ? { outline: selected } : {});
  }

  function tellOutline(drawn) {
    host.send("outline", { hash: model.hash, labels: chart.dots().map(({ label }) => label), ...drawn });
  }

  function attachFlat() {
    overlay = makeOverlay(chart, chartScope, {
      move: probeAt,
      leave: () => isLensWanted && !overlay.probe.matches(":focus-visible") && setLens(false),
      click: pinAt,
      undo: unpin,
      key: pressKey,
      focus: () => setLens(true),
      view: follow,
    });
    grid = makeDecodedGrid(overlay, chartScope, (position) => decode(model, codeAt(position)));
    lasso = makeLasso(overlay, chartScope, selected, (outline) => {
      selected = outline;
      tellOutline({ outline });
    }, () => host.find("map_selection")?.scrollIntoView({ behavior: "smooth" }));
    charts.attachFlat(overlay, chartScope);
    follow();
    if (panel.isGridWanted()) grid.toggle(true);
  }

  function attachSpace() {
    letWheelScroll(chart, chartScope);
    spacePin = charts.attachSpace(chart, chartScope, { hover: probeDigit, click: pinDigit });
    placePin();
  }

  function follow() {
    placePin();
    grid.follow();
    lasso.follow();
    loop.request();
  }

  charts.watch(host, scope, (found) => {
    chart = found;
    attach();
  });
  panel.onGridSwitch((on) => {
    gridAsked = on ? "on" : "off";
    grid?.toggle(on);
    host.send("grid", on);
  });
  scope.onEnd(() => chartScope?.end());

  /** Show or hide the grid as a changed address asks; one that says nothing leaves it as it was at first. */
  function followGrid(asked) {
    if (asked === gridAsked) return;
    gridAsked = asked;
    const isShown = asked ? asked === "on" : isGridFirst;
    if (isShown === panel.isGridWanted()) return;
    panel.setGrid(isShown);
    grid?.toggle(isShown);
  }

  return ({ hash: latestHash, settings }, latest) => {
    followGrid(settings.grid ?? null);
    grid?.tint(); // the theme may have changed
    const isNew = latest !== model || settings.view !== view;
    model = latest;
    hash = latestHash;
    view = settings.view;
    serial ??= settings.serial;
    if (isNew) {
      scratch = new Float64Array(model.dim);
      panel.setSpace(view === "space");
    }
    if (isNew || (settings.serial >= serial && !isPinned(settings.pin))) {
      setPin(settings.pin.z, settings.pin.number, settings.pin.chosen);
    }
    if (!isNew && JSON.stringify(settings.outline) !== JSON.stringify(selected)) {
      selected = settings.outline; // Back or Forward has changed it
      lasso?.show(selected);
    }
    if (isNew) {
      const position = view === "space" ? null : positionOf(pin.z, pin.number);
      probe = { z: Float64Array.from(pin.z), position, number: pin.number, pin };
      selected = settings.outline;
      attach();
      draw(); // with the rest of the page, not a frame later
    }
    if (settings.webgl && !isWebGLReported && !hasWebGL()) {
      isWebGLReported = true;
      host.send("no_webgl", true);
    }
  };
});

function clamp(value, a, b) {
  return Math.min(Math.max(value, Math.min(a, b)), Math.max(a, b));
}

/** Tell whether this browser draws with WebGL; asked once a tab. */
export function hasWebGL() {
  if (globalThis.__aecoreWebGL === undefined) {
    const context = document.createElement("canvas").getContext("webgl");
    globalThis.__aecoreWebGL = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return globalThis.__aecoreWebGL;
}
