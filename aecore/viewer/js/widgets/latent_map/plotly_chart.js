// The page's Plotly chart, as the latent space needs it.

import { makeLegendKeys, makePlotlyLegend } from "./plotly_legend.js";
import { letFingerScroll, makeSpacePin } from "./space_pin.js";

const CHART_KEY = "latent_map";
const LOOK_EVERY = 200; // ms; the page may load Plotly late, and replace a chart without telling

/** @type {import("./overlay.js").Charts} */
export const plotlyCharts = {
  watch(host, scope, found) {
    let current = null;
    const look = () => {
      const element = host.find(CHART_KEY)?.querySelector(".js-plotly-plot");
      const next = isReady(element) ? element : null;
      if (next !== current) found((current = next) && asChart(next));
    };
    const timer = setInterval(look, LOOK_EVERY);
    scope.onEnd(() => clearInterval(timer));
    look();
  },
  attachFlat: makePlotlyLegend,
  attachSpace({ element }, scope, { hover, click }) {
    const numberOf = (event) => Number([event.points[0].customdata].flat()[0]);
    scope.listenChart(element, "plotly_hover", (event) => hover(numberOf(event)));
    scope.listenChart(element, "plotly_click", (event) => click(numberOf(event)));
    letFingerScroll(element, scope);
    makeLegendKeys(element, scope);
    return makeSpacePin(element, scope);
  },
};

/** Tell whether an element is a chart whose axes can be read. */
function isReady(element) {
  return Boolean(element?.isConnected && element._fullLayout && element.querySelector(".svg-container"));
}

/** @returns {import("./overlay.js").Chart} */
function asChart(element) {
  return {
    element,
    frame: element.querySelector(".svg-container"),
    isReady: () => isReady(element),
    shows: (hash, view) => element._fullLayout.meta === `${hash} ${view}`,
    isFlat: () => Boolean(element._fullLayout.xaxis),
    area: () => readArea(element),
    dots: () =>
      element._fullData
        .filter(({ visible, customdata }) => visible === true && customdata)
        .map(({ index, x, y, customdata }) => ({ label: index, x, y, numbers: customdata })),
    // Plotly lays a cover over all while the pointer is pressed.
    isPlot: (target) =>
      target.classList?.contains("dragcover") || (element.contains(target) && !target.closest(".modebar, .legend")),
    followLegend: (scope, listener) => scope.listenChart(element, "plotly_restyle", listener),
    follow(scope, listener) {
      scope.listen(element, "click", (event) => putAway(element, event), { capture: true });
      for (const type of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) {
        scope.listenChart(element, type, listener);
      }
    },
  };
}

/** Return where the plot area of a flat chart lies in the chart, in px, and what its axes span. */
function readArea(element) {
  const { xaxis, yaxis } = element._fullLayout;
  const [[x0, x1], [y0, y1]] = [xaxis.range.map(Number), yaxis.range.map(Number)];
  return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length, x0, x1, y0, y1 };
}

/** Put the tool in use away when it is pressed once more: dragging probes again. */
function putAway(element, event) {
  const button = event.target.closest?.('.modebar-btn.active[data-attr="dragmode"]');
  if (!button) return;
  event.stopPropagation();
  element.layout.dragmode = element._fullLayout.dragmode = false;
  element._fullLayout._modeBar.updateActiveButton();
}
