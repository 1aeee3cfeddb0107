// A layer of our own over the plot area of a flat Plotly chart: it follows zooming, and turns
// what the pointer does into positions on the axes. Follows core.js in the same module.


export const CHART = ".st-key-latent_map .js-plotly-plot";
const LOOK_EVERY = 200; // ms; Streamlit loads Plotly late, and replaces a chart without telling
export const STILL = 6; // px that a click may move
// Plotly's own style sheet takes margins and borders off every div in a chart: this must outrank it.
export const LAYER = `${CHART} .svg-container .aecore-layer`;
const LAYER_CSS = `
${LAYER} { position: absolute; overflow: hidden; pointer-events: none; contain: strict; }
${LAYER} > * { position: absolute; left: 0; top: 0; box-sizing: border-box; }
${LAYER} .aecore-probe, ${LAYER} .aecore-pin { border-radius: 50%; will-change: transform; }
${LAYER} .aecore-probe { width: 15px; height: 15px; margin: -7.5px; border: 2.5px solid #fff;
  box-shadow: 0 0 0 1.5px #222, inset 0 0 0 1.5px #222; outline: none; }
${LAYER} .aecore-probe:focus-visible { box-shadow: 0 0 0 1.5px #222, inset 0 0 0 1.5px #222,
  0 0 0 5px #fff, 0 0 0 8px #1c6ee8; }
${LAYER} .aecore-pin { width: 21px; height: 21px; margin: -10.5px; border: 3.5px solid #e8196a;
  box-shadow: 0 0 0 1px #fff; }
${LAYER} .aecore-lens { width: 84px; height: 84px; image-rendering: pixelated;
  border: 2px solid #fff; border-radius: 6px; box-shadow: 0 0 0 1px #222; will-change: transform; }
${LAYER} .aecore-lens[hidden] { display: none; }
${CHART} .nsewdrag { cursor: crosshair !important; }
`;

/** Is a chart there whose axes can be read? */
export function isReady(chart) {
  return Boolean(chart?.isConnected && chart._fullLayout && chart.querySelector(".svg-container"));
}

/** Call `found(chart)` for the chart, and again for every later one; null while there is none. */
export function watchChart(scope, found) {
  let current = null;
  const look = () => {
    const chart = document.querySelector(CHART);
    const next = isReady(chart) ? chart : null;
    if (next !== current) found((current = next));
  };
  const timer = setInterval(look, LOOK_EVERY);
  scope.onDispose(() => clearInterval(timer));
  look();
}

/** Where the plot area of a flat chart lies in the chart, in px, and what its axes span. */
function readArea(chart) {
  const { xaxis, yaxis } = chart._fullLayout;
  const [x0, x1] = xaxis.range;
  const [y0, y1] = yaxis.range;
  return {
    left: xaxis._offset,
    top: yaxis._offset,
    width: xaxis._length,
    height: yaxis._length,
    x0: Number(x0),
    x1: Number(x1),
    y0: Number(y0),
    y1: Number(y1),
  };
}

/** Position on the axes of a point of the area, in px from its top left corner. */
export function toAxes(area, left, top) {
  return {
    x: area.x0 + (left / area.width) * (area.x1 - area.x0),
    y: area.y1 - (top / area.height) * (area.y1 - area.y0),
  };
}

/** The reverse of toAxes: [left, top]. */
export function toPixels(area, { x, y }) {
  return [
    ((x - area.x0) / (area.x1 - area.x0)) * area.width,
    ((area.y1 - y) / (area.y1 - area.y0)) * area.height,
  ];
}

/** The test digit whose visible dot is nearest to a position, if it is within `reach` px. */
export function dotAt(chart, area, position, reach) {
  const [left, top] = toPixels(area, position);
  let nearest = null;
  let best = reach * reach;
  const perX = area.width / (area.x1 - area.x0);
  const perY = area.height / (area.y1 - area.y0);
  for (const trace of chart._fullData) {
    if (trace.visible !== true || !trace.customdata) continue;
    for (let i = 0; i < trace.x.length; i++) {
      const across = (trace.x[i] - area.x0) * perX - left;
      const down = (area.y1 - trace.y[i]) * perY - top;
      const square = across * across + down * down;
      if (square <= best) {
        best = square;
        nearest = Number(trace.customdata[i]);
      }
    }
  }
  return nearest;
}

/**
 * The layer: probe, pin and lens over a flat chart.
 *
 * `on` holds what to call: move(position, event) for a pointer that moves over the plot area,
 * leave() when it has gone, click(position, reach) for one that stayed put between press and
 * release, key(event), and view() when the axes have changed.
 */
export function makeLayer(chart, scope, on) {
  const layer = document.createElement("div");
  layer.className = "aecore-layer";
  layer.innerHTML = `<div class="aecore-pin"></div>
    <div class="aecore-probe" tabindex="0" role="application" aria-roledescription="probe"
      aria-label="Probe on the map. Arrow keys move it, with shift in fine steps; Enter pins it, or with Box in use sets a corner."></div>
    <canvas class="aecore-lens" hidden aria-hidden="true"></canvas>`;
  const style = document.createElement("style");
  style.textContent = LAYER_CSS;
  const frame = chart.querySelector(".svg-container");
  frame.append(style, layer);
  scope.onDispose(() => {
    layer.remove();
    style.remove();
  });
  const [pin, probe, lens] = layer.children;
  let area = readArea(chart);
  let pressed = null; // where a press began that may become a click

  /** The event's position on the axes; null outside the plot area or on something above it. */
  function locate(event) {
    const over = event.target;
    const ours = chart.contains(over) && !over.closest(".modebar, .legend");
    if (!ours && !over.classList?.contains("dragcover")) return null; // Plotly's, while pressed
    const box = frame.getBoundingClientRect();
    const left = event.clientX - box.left - area.left;
    const top = event.clientY - box.top - area.top;
    const inside = left >= 0 && top >= 0 && left <= area.width && top <= area.height;
    return inside ? toAxes(area, left, top) : null;
  }

  /** A finger on the plot area probes: Chromium heeds no touch-action inside an SVG. */
  function hold(event) {
    if (event.touches.length === 1 && locate(event.touches[0])) event.preventDefault();
  }

  function move(event) {
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > STILL) {
      pressed = null;
    }
    const position = locate(event);
    if (position) on.move(position, event);
    else on.leave();
  }

  function press(event) {
    const position = event.isPrimary && event.button === 0 ? locate(event) : null;
    pressed = position && { x: event.clientX, y: event.clientY };
    if (position) on.move(position, event);
  }

  function release(event) {
    const position = pressed && locate(event);
    pressed = null;
    if (position) on.click(position, event.pointerType === "touch" ? 3 * STILL : STILL);
    if (event.pointerType === "touch") on.leave();
  }

  /** Pressing the tool in use once more puts it away: dragging probes again. */
  function putAway(event) {
    const button = event.target.closest?.('.modebar-btn.active[data-attr="dragmode"]');
    if (!button) return;
    event.stopPropagation();
    chart.layout.dragmode = chart._fullLayout.dragmode = false;
    chart._fullLayout._modeBar.updateActiveButton();
  }

  function follow() {
    const before = area;
    area = readArea(chart);
    if (Object.keys(area).every((name) => area[name] === before[name])) return;
    fit();
    on.view();
  }

  function fit() {
    layer.style.left = `${area.left}px`;
    layer.style.top = `${area.top}px`;
    layer.style.width = `${area.width}px`;
    layer.style.height = `${area.height}px`;
  }

  fit();
  scope.listen(document, "pointermove", move, { capture: true, passive: true });
  scope.listen(chart, "touchstart", hold, { capture: true, passive: false });
  scope.listen(chart, "pointerdown", press, { capture: true, passive: true });
  scope.listen(document, "pointerup", release, { capture: true, passive: true });
  scope.listen(document, "pointercancel", () => (pressed = null), { passive: true });
  scope.listen(chart, "click", putAway, { capture: true });
  scope.listen(probe, "keydown", on.key);
  scope.listen(probe, "focus", on.focus);
  scope.listen(probe, "blur", on.leave);
  for (const type of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) {
    scope.listenChart(chart, type, follow);
  }

  return {
    chart,
    element: layer,
    frame,
    lens,
    locate,
    probe,
    area: () => area,
    /** Put the probe or the pin at a position on the axes. */
    placeProbe: (position) => moveTo(probe, ...toPixels(area, position)),
    placePin: (position) => moveTo(pin, ...toPixels(area, position)),
    /** Put the lens above a position, or below it where there is no room. */
    placeLens(position) {
      const [left, top] = toPixels(area, position);
      const side = 84;
      const gap = 26;
      const across = Math.min(Math.max(left - side / 2, 2), area.width - side - 2);
      moveTo(lens, across, top - side - gap < 2 ? top + gap : top - side - gap);
      lens.hidden = false;
    },
    hideLens: () => (lens.hidden = true),
  };
}

function moveTo(element, left, top) {
  element.style.transform = `translate(${left}px, ${top}px)`;
}
