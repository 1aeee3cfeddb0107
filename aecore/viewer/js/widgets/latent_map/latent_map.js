// The map: the digit under the pointer, the pinned digit, and the plane under the points.
// Follows core.js, chart.js, plane.js and outline.js in the same module.

import { live } from "../../adapters/streamlit.js";
import { makeLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { makeScope } from "../../core/scope.js";
import { alongAxes, axisValue } from "../../model/axes.js";
import { codeOf, mapDistance } from "../../model/neighbors.js";
import { decode } from "../../model/network.js";
import { makePlane } from "./decoded_grid.js";
import { labelsOn, makeOutline } from "./lasso.js";
import { STILL, dotAt, isReady, makeLayer, watchChart } from "./plotly_overlay.js";
import { show } from "../show.js";

const SAY_EVERY = 700; // ms between two sentences for a screen reader
const STEP = 1 / 60; // share of the view that an arrow key moves the probe
const FINE = 1 / 8; // of a step, with shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PANEL = `
<div class="pictures">
  <figure id="probe"><canvas role="img"></canvas>
    <figcaption><b>Under the pointer</b><span class="where"></span><span class="near"></span>
    <span class="far"></span></figcaption></figure>
  <figure id="pin"><canvas role="img"></canvas>
    <figcaption><b>Pinned</b><span class="where"></span><span class="near"></span>
    <span class="far"></span></figcaption></figure>
</div>
<label class="switch"><input type="checkbox" role="switch">
  <span>Decoded plane under the points</span></label>
<p class="spoken" aria-live="polite"></p>`;

export function latentMap(component) {
  return live(component, createMap);
}

function createMap(parent, send) {
  const scope = makeScope();
  const panel = makePanel(parent, scope);
  const loop = makeLoop(draw);
  scope.onDispose(loop.cancel);

  let model = null;
  let view = ""; // "line", "plane", "principal" or "space"
  let pin = null; // {z, number}
  let probe = null; // {z, position}; position is null in space
  let serial = null; // of the latest pin that this tab has made
  let z = null; // scratch for codeAt
  let layer = null;
  let plane = null;
  let outline = null;
  let selected = null; // an outline, in positions on the axes
  let chartScope = null;
  let lensWanted = false;
  let toldNoWebGL = false;

  // --- the space of codes and the axes of the chart

  function codeAt({ x, y }) {
    if (view === "principal") return alongAxes(model, [x, y], z);
    z[0] = x;
    if (view === "plane") z[1] = y;
    return z;
  }

  function positionOf(code, number) {
    if (view === "principal") return { x: axisValue(model, code, 0), y: axisValue(model, code, 1) };
    if (view === "plane") return { x: code[0], y: code[1] };
    const row = number === null ? mapDistance(model, code).nearestIndex : number;
    return { x: code[0], y: model.labels[row] };
  }

  // --- probe

  function draw() {
    if (!model || !probe) return;
    if (probe.moved) probe.z.set(codeAt(probe.position)); // until then it is the pin's, off the plane too
    const lens = layer && lensWanted ? [layer.lens] : [];
    show(model, probe.z, panel.probe.canvas, ...lens);
    panel.probe.describe(probe.z, mapDistance(model, probe.z), probe.number);
    if (layer) {
      layer.placeProbe(probe.position);
      if (lensWanted) layer.placeLens(probe.position);
      else layer.hideLens();
    }
  }

  function probeAt(position, event) {
    probe = { z: probe?.z ?? new Float64Array(model.dim), position, number: null, moved: true };
    lensWanted = true;
    panel.say(probe);
    loop.request(event);
  }

  function probeDigit(number) {
    probe = { z: Float64Array.from(codeOf(model, number)), position: null, number };
    panel.say(probe);
    loop.request();
  }

  function leave() {
    if (!lensWanted || layer?.probe.matches(":focus-visible")) return;
    lensWanted = false;
    loop.request();
  }

  function key(event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!outline.corner(probe.position)) pinAt(probe.position, STILL);
      return;
    }
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { x0, x1, y0, y1 } = layer.area();
    const step = STEP * (event.shiftKey ? FINE : 1);
    probeAt(
      {
        x: clamp(probe.position.x + direction[0] * step * (x1 - x0), x0, x1),
        y: clamp(probe.position.y + direction[1] * step * (y1 - y0), y0, y1),
      },
      event,
    );
    outline.stretch(probe.position);
  }

  // --- pin

  function setPin(code, number) {
    pin = { z: Float64Array.from(code), number };
    const pixels = decode(model, pin.z);
    drawDigit(panel.pin.canvas, pixels);
    panel.pin.describe(pin.z, mapDistance(model, pin.z), number);
    placePin();
  }

  function placePin() {
    if (layer && pin) layer.placePin(positionOf(pin.z, pin.number));
  }

  /** Pin the dot within reach, else the point itself, as an address would write it. */
  function pinAt(position, reach) {
    const number = dotAt(layer.chart, layer.area(), position, reach);
    if (number !== null) return pinDigit(number);
    return release(Array.from(codeAt(position), (value) => Number(value.toPrecision(4))), null);
  }

  function pinDigit(number) {
    release(Array.from(codeOf(model, number)), number);
  }

  function release(code, number) {
    setPin(code, number);
    serial += 1;
    send("release", { z: code, number, serial });
  }

  // --- selection

  function select(corners) {
    selected = corners;
    const detail = { hash: model.hash, outline: corners, labels: labelsOn(layer.chart) };
    document.dispatchEvent(new CustomEvent("aecore-outline", { detail })); // see aecore/ui/ear
  }

  // --- chart

  function attach(chart) {
    chartScope?.dispose();
    chartScope = layer = plane = outline = null;
    if (!chart || !model) return;
    const flat = Boolean(chart._fullLayout.xaxis);
    if (flat !== (view !== "space")) return; // the chart of the view before
    chartScope = makeScope();
    if (flat) attachFlat(chart);
    else attachSpace(chart);
  }

  function attachFlat(chart) {
    const on = { move: probeAt, leave, click: pinAt, key, focus, view: follow };
    layer = makeLayer(chart, chartScope, on);
    plane = makePlane(layer, chartScope, codeAt, () => model);
    outline = makeOutline(layer, chartScope, selected, select);
    follow();
    if (panel.switched()) plane.toggle(true);
  }

  function attachSpace(chart) {
    const numberOf = (event) => Number([event.points[0].customdata].flat()[0]);
    chartScope.listenChart(chart, "plotly_hover", (event) => probeDigit(numberOf(event)));
    chartScope.listenChart(chart, "plotly_click", (event) => pinDigit(numberOf(event)));
  }

  function follow() {
    placePin();
    plane.follow();
    outline.follow();
    loop.request();
  }

  function focus() {
    lensWanted = true;
    loop.request();
  }

  let chart = null;
  watchChart(scope, (found) => attach((chart = found)));
  panel.onSwitch((on) => plane?.toggle(on));
  scope.onDispose(() => chartScope?.dispose());

  return {
    update(header, newModel) {
      const { settings } = header;
      const changed = newModel !== model || settings.view !== view;
      model = newModel;
      view = settings.view;
      serial ??= settings.serial;
      if (changed) {
        z = new Float64Array(model.dim);
        panel.setSpace(view === "space");
      }
      if (changed || settings.serial >= serial) setPin(settings.pin.z, settings.pin.number);
      if (changed) {
        const position = view === "space" ? null : positionOf(pin.z, pin.number);
        probe = { z: Float64Array.from(pin.z), position, number: pin.number };
        selected = settings.outline;
        attach(isReady(chart) ? chart : null);
        loop.request();
      }
      if (settings.webgl && !toldNoWebGL && !hasWebGL()) {
        toldNoWebGL = true;
        send("no_webgl", true);
      }
    },
    dispose: scope.dispose,
  };
}

/** The two pictures with what is known of them, the switch and the sentence for screen readers. */
function makePanel(parent, scope) {
  const root = document.createElement("div");
  root.className = "live";
  root.innerHTML = PANEL;
  parent.append(root);
  scope.onDispose(() => root.remove());
  const box = root.querySelector("input");
  const spoken = root.querySelector(".spoken");
  const probe = makePicture(root.querySelector("#probe"));
  const pin = makePicture(root.querySelector("#pin"));
  let timer = 0;
  scope.onDispose(() => clearTimeout(timer));
  return {
    probe,
    pin,
    switched: () => box.checked,
    onSwitch: (action) => scope.listen(box, "change", () => action(box.checked)),
    setSpace(space) {
      root.querySelector(".switch").hidden = space;
    },
    /** Say where the probe is, at most every SAY_EVERY ms. */
    say() {
      timer ||= setTimeout(() => {
        timer = 0;
        spoken.textContent = `Probe: ${probe.text()}`;
        probe.label();
      }, SAY_EVERY);
    },
  };
}

function makePicture(figure) {
  const [where, near, far] = ["where", "near", "far"].map((name) => figure.querySelector(`.${name}`));
  const canvas = figure.querySelector("canvas");
  const text = () => `${where.textContent}, ${near.textContent}, ${far.textContent}`;
  const label = () => canvas.setAttribute("aria-label", `Decoded digit. ${text()}`);
  return {
    canvas,
    text,
    label,
    describe(z, { percentile, nearestIndex, nearestLabel }, number) {
      setText(where, codeText(z));
      const digit = `no. ${number ?? nearestIndex}, a ${nearestLabel}`;
      setText(near, number === null ? `nearest: ${digit}` : `test digit ${digit}`);
      setText(far, percentile >= 99.5 ? "off the map" : `farther out than ${Math.round(percentile)}%`);
      far.classList.toggle("off", percentile >= 99.5);
    },
  };
}

function setText(element, text) {
  if (element.firstChild) element.firstChild.data = text; // changes the text without a new node
  else element.textContent = text;
}

function codeText(z) {
  const most = z.length <= 3 ? z.length : 2;
  const values = Array.from(z.slice(0, most), (value) => value.toFixed(2).replace("-", "−"));
  return `z = (${values.join(", ")}${most < z.length ? ", …" : ""})`;
}

function clamp(value, a, b) {
  return Math.min(Math.max(value, Math.min(a, b)), Math.max(a, b));
}

/** Whether this browser draws with WebGL; asked once a tab. */
function hasWebGL() {
  if (globalThis.__aecoreWebGL === undefined) {
    const context = document.createElement("canvas").getContext("webgl");
    globalThis.__aecoreWebGL = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return globalThis.__aecoreWebGL;
}
