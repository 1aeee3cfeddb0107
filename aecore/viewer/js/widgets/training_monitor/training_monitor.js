// A training run as it goes. New epochs come in; what is on show is drawn here, and looking back costs the
// server nothing.

import { build, make } from "../../core/dom.js";
import { GRAYS, colorsOf, drawDigits } from "../../core/image.js";
import { tellMilestone } from "../../core/milestones.js";
import { makeRequest } from "../../core/recent.js";
import { makeScope } from "../../core/scope.js";
import { scaleText } from "../../core/sheet.js";
import { counted, errorText } from "../../core/text.js";
import { makeLossCurve } from "./loss_curve.js";
import { makeMovingScatter } from "./moving_scatter.js";
import { keepRun, layoutOf } from "./run_store.js";

const GLIDE = { live: 600, jump: 120 }; // ms from one frame to the next
const PLAY = { step: 260, whole: 6000 }; // ms that a frame and a whole run take, at most
const FILTER_COLUMNS = 8;

/** What tests read; the widget itself never does. */
const meter = (globalThis.__aecoreForming ??= { key: null, shown: null, epochs: [], state: null, needs: 0 });

const VIEW = `
<div class="forming">
  <p class="bar status"><b ref="state"></b><span ref="detail" class="hint"></span></p>
  <div ref="bar" class="progress" role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax="100"><i></i></div>
  <div class="bar scrubber">
    <button ref="play" type="button" class="play">▶ Play</button>
    <input ref="scrub" type="range" min="0" max="0" step="1" aria-label="Epoch on show">
    <output ref="place"></output>
    <button ref="live" type="button" class="live" hidden>Live</button>
  </div>
  <div class="stage">
    <figure class="map">
      <div class="sheet"><canvas ref="dots" class="layer" role="img"></canvas><p ref="wait" class="layer wait"></p></div>
      <figcaption ref="mapText" class="hint"></figcaption>
    </figure>
    <div class="side">
      <figure class="loss">
        <h4>Mean squared error per pixel</h4>
        <figcaption ref="legend" class="legend"></figcaption>
        <svg ref="plot" role="img"></svg>
      </figure>
      <figure ref="digits" class="digits"><h4>One test digit of each class</h4><div ref="strips" class="strips"></div></figure>
      <figure ref="units" class="filters">
        <h4>Weights of the first hidden units <span ref="filtersText"></span></h4>
        <canvas ref="filters" role="img"></canvas>
      </figure>
    </div>
  </div>
  <details ref="details">
    <summary>Figures of every epoch</summary>
    <div><table>
      <thead><tr><th scope="col">epoch</th><th scope="col">loss</th><th scope="col">train MSE</th><th scope="col">test MSE</th></tr></thead>
      <tbody ref="numbers"></tbody>
    </table></div>
  </details>
  <p ref="spoken" class="spoken" aria-live="polite"></p>
</div>`;

/** @type {import("../../core/host.js").Mount} */
export function mountTrainingMonitor(element, host) {
  const scope = makeScope();
  const request = makeRequest(host);
  const view = build(VIEW);
  let header = null;
  /** @type {import("./run_store.js").Run} */
  let run = null;
  let scatter = null;
  let isFollowing = true; // the newest frame is on show
  let shown = null; // epoch
  let drawn = null; // the frame in the pictures
  let charted = ""; // what the curve was drawn from
  let timer = 0;
  const curve = makeLossCurve(scope, view.plot, view.legend, (epoch) => jumpTo(nearestEpoch(epoch)));

  scope.add(element, view.root);
  scope.onEnd(rest);

  const nearestEpoch = (epoch) =>
    run.epochs.reduce((best, each) => (Math.abs(each - epoch) < Math.abs(best - epoch) ? each : best), run.epochs[0]);

  /** Put the frame of an epoch on show, and all that belongs to it. */
  function show(epoch = null, ms) {
    shown = epoch;
    isFollowing = epoch === null || epoch === run.epochs.at(-1);
    const frame = run.frames.get(epoch);
    if (frame) scatter.show(layoutOf(frame, run), run.scene.labels, ms);
    if (frame && frame !== drawn) {
      drawn = frame;
      drawReconstructions(frame);
      drawFilters(frame);
    }
    view.scrub.value = Math.max(run.epochs.indexOf(epoch), 0);
    view.place.textContent = epoch === null ? "" : epoch ? `epoch ${epoch}` : "before training";
    view.live.hidden = !header.active || isFollowing;
    drawCurve(epoch);
    const record = run.records.find((each) => each.epoch === epoch);
    const text = view.place.textContent + (record ? `, test error ${errorText(record.test)}` : "");
    view.scrub.setAttribute("aria-valuetext", text);
    view.dots.setAttribute("aria-label", `The latent space of ${counted(run.scene?.labels.length ?? 0, "test digit")}, ${text}`);
    meter.shown = epoch;
  }

  function drawCurve(epoch) {
    const { key, total, pca, pcaName, reference } = header;
    const basis = JSON.stringify([key, run.records.length, pca, reference?.name, total, epoch]);
    if (basis !== charted) curve.show({ records: run.records, pca, pcaName, reference, total, shown: epoch });
    charted = basis;
    view.plot.setAttribute("aria-label", `Errors over the epochs, on a logarithmic axis. ${header.spoken}`);
  }

  function drawReconstructions({ outputs, mse }) {
    const { inputs, targets, corrupted, names } = run.scene;
    const series = [["input", inputs], ...(corrupted ? [["clean", targets]] : []), ["output", outputs]];
    if (view.strips.childElementCount !== 2 * series.length) {
      const parts = series.flatMap(([name]) => [make("span", { class: "hint" }, name), make("canvas", { role: "img" })]);
      view.strips.replaceChildren(...parts);
    }
    series.forEach(([name, levels], row) => {
      const canvas = view.strips.children[2 * row + 1];
      drawDigits(canvas, levels, GRAYS);
      canvas.setAttribute("aria-label", `${name}: the digits ${names.join(", ")}`);
    });
    view.strips.lastElementChild.title = mse.map((error, i) => `${names[i]}: ${errorText(error)}`).join("\n");
  }

  function drawFilters({ filters, limit }) {
    view.filters.closest("figure").hidden = filters.length === 0; // not a dense network
    if (!filters.length) return;
    drawDigits(view.filters, filters, colorsOf(run.scene.palette), { columns: FILTER_COLUMNS });
    view.filtersText.textContent = scaleText(limit);
    view.filters.setAttribute("aria-label", "The weights of units of the first layer as pictures");
  }

  // --- looking back

  function rest() {
    clearInterval(timer);
    timer = 0;
    view.play.textContent = "▶ Play";
  }

  function jumpTo(epoch) {
    rest();
    show(epoch, GLIDE.jump);
  }

  function play() {
    const step = Math.min(PLAY.step, PLAY.whole / run.epochs.length);
    if (shown === run.epochs.at(-1)) show(run.epochs[0], GLIDE.jump);
    view.play.textContent = "❚❚ Pause";
    timer = setInterval(() => {
      const next = run.epochs[run.epochs.indexOf(shown) + 1];
      if (next !== undefined) show(next, 1.5 * step);
      if (next === undefined || next === run.epochs.at(-1)) rest();
    }, step);
  }

  scope.listen(view.play, "click", () => (timer ? rest() : play()));
  scope.listen(view.scrub, "input", () => jumpTo(run.epochs[Number(view.scrub.value)]));
  scope.listen(view.live, "click", () => jumpTo(run.epochs.at(-1)));
  scope.listen(view.details, "toggle", fillTable);

  function fillTable() {
    if (!view.details.open || !run) return;
    const rows = run.records.map(({ epoch, loss, train, test }) =>
      make("tr", {}, ...[String(epoch), ...[loss, train, test].map(errorText)].map((text) => make("td", {}, text))),
    );
    view.numbers.replaceChildren(...rows);
  }

  function describe() {
    const { active, share, state, headline, detail, spoken, waiting, caption } = header;
    const isReady = run.epochs.length > 0;
    view.state.textContent = headline;
    view.detail.textContent = detail;
    view.root.dataset.state = state;
    view.bar.hidden = !active;
    view.bar.firstElementChild.style.width = `${100 * share}%`;
    view.bar.setAttribute("aria-valuenow", Math.round(100 * share));
    if (view.spoken.textContent !== spoken) view.spoken.textContent = spoken;
    view.wait.hidden = isReady;
    view.wait.textContent = waiting;
    view.mapText.textContent = caption;
    view.play.disabled = view.scrub.disabled = run.epochs.length < 2;
    view.scrub.max = Math.max(run.epochs.length - 1, 0);
    for (const part of [view.digits, view.units]) part.classList.toggle("empty", !isReady);
  }

  /** Follow a header and what this tab holds of its run. */
  function follow(next, nextRun) {
    const isOther = next.key !== header?.key;
    const hadFrames = run?.epochs.length;
    if (header?.active && !next.active && !isOther) tellMilestone("run_ended");
    header = next;
    run = nextRun;
    scatter ??= makeMovingScatter(scope, view.dots);
    scatter.setColors(header.colors);
    if (isOther) {
      rest();
      isFollowing = true;
      if (!run.epochs.length) scatter.clear();
    }
    describe();
    fillTable();
    if (timer && !isOther) show(shown, 0);
    else {
      const epoch = isFollowing || !run.frames.has(shown) ? run.epochs.at(-1) : shown;
      show(epoch, isOther || !hadFrames ? 0 : GLIDE.live);
    }
    Object.assign(meter, { key: header.key, epochs: run.epochs, state: header.state });
  }

  return {
    update(message) {
      const kept = keepRun(message.header, message.arrays);
      if (kept) return follow(message.header, kept);
      meter.needs += 1;
      return request(message, message.header.key);
    },
    destroy: scope.end,
  };
}
