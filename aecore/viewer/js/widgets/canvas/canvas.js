// Drawing a digit or another picture: with every movement of the pen your browser makes a picture of the data
// set of it, encodes it, decodes it and moves its dot on the map.

import { inWords, meanSquare, picture } from "../../core/digit.js";
import { build, isStill, make } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { drawDigit } from "../../core/image.js";
import { meter } from "../../core/meter.js";
import { tellMilestone } from "../../core/milestones.js";
import { codeText, counted, isOutside, percentText } from "../../core/text.js";
import { positionOf } from "../../model/axes.js";
import { PAPER } from "../../model/ink.js";
import { predictLabel } from "../../model/neighbor_vote.js";
import { countBelow } from "../../model/neighbors.js";
import { encode } from "../../model/network.js";
import { measureDistance, showDigit, withModel } from "../live_model.js";
import { makeMinimap } from "../minimap/minimap.js";
import { makeTrail } from "../minimap/trail.js";
import { fromText, makePaper, toText } from "./paper.js";
import { EXAMPLES, drawing, exampleStrokes, pointAt } from "./strokes.js";
import { makeVerdictLine } from "./verdict_line.js";

const REST_MS = 350; // without the pen on the paper: long enough for the next stroke to begin
const WIDEST = 56; // pen, pixels of the paper
const USUAL_WIDTH = 32;
const COLORS = {
  black: "#000000", white: "#ffffff", red: "#dc2828", yellow: "#f5d732", green: "#28a046", blue: "#1e64dc", brown: "#825028",
}; // of the pen, in RGB
const EXAMPLE_MS = 900; // to draw one

const VIEW = `
<div class="frame">
  <div ref="body" class="live workbench draw empty">
    <div class="pad">
      <div class="sheet">
        <canvas ref="paper" class="layer paper" width="${PAPER}" height="${PAPER}" tabindex="0" role="img"></canvas>
        <p ref="invitation" class="layer invitation" aria-hidden="true"></p>
      </div>
      <div class="bar">
        <button ref="undo" type="button">Undo</button>
        <button ref="clear" type="button">Clear</button>
        <label class="width"><span ref="nib" class="nib" aria-hidden="true"></span><input ref="width" type="range" min="12"
          aria-label="Pen width"></label>
      </div>
      <div ref="palette" class="bar palette" role="radiogroup" aria-label="Pen color"></div>
      <div ref="examples" class="bar"><span class="hint">Examples:</span></div>
      <p ref="note" class="hint" role="status"></p>
    </div>
    <div class="through">
      <figure><canvas ref="digit" role="img"></canvas>
        <figcaption><b>Input</b><span ref="values"></span></figcaption></figure>
      <p class="squeeze"><b ref="size"></b><span ref="code" class="code"></span></p>
      <figure><canvas ref="output" role="img"></canvas>
        <figcaption><b>Reconstruction</b><span ref="error"></span></figcaption></figure>
    </div>
    <div ref="verdict" class="verdict">
      <strong ref="numeral" class="numeral"></strong>
      <div><b ref="claim"></b><p ref="votes"></p><div ref="bars" class="bars" aria-hidden="true"></div><p ref="facts" class="facts"></p></div>
    </div>
    <p ref="spoken" class="spoken" aria-live="polite"></p>
    <figure class="place">
      <div ref="map"></div>
      <figcaption ref="axes" class="hint"></figcaption>
    </figure>
  </div>
</div>`;

export const mountCanvas = withModel((element, host, scope) => {
  const view = build(VIEW);
  const paper = makePaper(view.paper);
  let model = null;
  let colors = []; // of the classes, of the page's theme
  let sheet = ""; // which paper lies there
  let name = ""; // of the model on show
  let levels = null; // of the digit on show, as text; null for an empty paper
  let stroke = null; // the one in hand: {pointer, points}
  let example = null; // being drawn: {strokes, frame}
  const timer = scope.makeTimer();
  const verdict = makeVerdictLine(scope, view);

  scope.add(element, view.root);
  const minimap = makeMinimap(scope, view.map, "Where the drawing lies in the latent space", () => trail.follow());
  const trail = makeTrail(minimap);
  const loop = makeFrameLoop(scope, () => {
    paper.paint();
    interpret();
  });
  scope.onEnd(stopExample);

  // --- the paper

  /** Draw the paper anew from its strokes. */
  function redraw(event) {
    paper.clear();
    for (const each of drawing.all()) paper.lay(each);
    if (stroke) paper.lay(stroke);
    view.undo.disabled = !drawing.canUndo();
    view.clear.disabled = !drawing.all().length;
    loop.request(event);
  }

  // --- what the model makes of it

  function showNothing() {
    for (const canvas of [view.digit, view.output]) drawDigit(canvas, new Float32Array(picture.size));
    trail.clear();
    verdict.clear("Draw, and watch what the model makes of it.");
    for (const text of [view.facts, view.code, view.error]) text.textContent = "";
  }

  /** Return the picture on the paper; one from a link as it was, unless there is more. */
  function digitOnPaper() {
    const strokes = drawing.all();
    const isAlone = strokes.length === 1 && !stroke && !example;
    return isAlone && strokes[0].levels ? fromText(strokes[0].levels) : paper.read();
  }

  function interpret() {
    const digit = digitOnPaper();
    view.body.classList.toggle("empty", !digit);
    levels = digit && toText(digit);
    if (!digit) return showNothing();
    meter.lastDigit = Float32Array.from(digit);
    const z = Float32Array.from(encode(model, digit));
    const pixels = showDigit(model, z, view.output);
    drawDigit(view.digit, digit);
    const { rows, percentile } = measureDistance(model, z);
    trail.move(positionOf(model, z, model.dim === 1 ? predictLabel(model, z, rows).label : null));
    verdict.show(digit, rows);
    const error = meanSquare(digit, pixels);
    const worse = (100 * countBelow(model.ownErrors, error)) / model.count;
    const off = isOutside(percentile);
    view.facts.classList.toggle("off", off || isOutside(worse));
    view.facts.textContent = inWords(
      `${name}: ${off ? "outside the data, " : ""}more isolated than ${percentText(percentile)} of the test digits, ` +
        `reconstruction error higher than ${percentText(worse)}.`,
    );
    view.code.textContent = codeText(z, 2);
    view.error.textContent = `MSE ${error.toFixed(4)}`;
  }

  /** The pen is up: clear the trail, and report the digit unless the next stroke follows at once. */
  function rest() {
    timer.start(() => {
      if (stroke || example) return;
      trail.clearTrail();
      view.note.textContent =
        levels && paper.isInTwo() ? "Two digits side by side? The model takes all ink as one digit: draw one at a time." : "";
      view.spoken.textContent = [view.claim, view.votes, view.facts].map((each) => each.textContent).join(" ");
      drawing.sent = levels;
      host.send("release", { levels });
      if (levels) tellMilestone("drawing_ended");
    }, REST_MS);
  }

  // --- the pen

  function pointOf(event, box) {
    const scale = view.paper.width / box.width;
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? 0.5 + event.pressure : 1;
    const radius = (Number(view.width.value) / 2) * pressure;
    return pointAt((event.clientX - box.left) * scale, (event.clientY - box.top) * scale, radius);
  }

  function down(event) {
    if (!model || stroke || event.button !== 0) return;
    event.preventDefault(); // neither select nor drag
    view.paper.focus({ preventScroll: true });
    finishExample();
    view.paper.setPointerCapture(event.pointerId);
    stroke = { pointer: event.pointerId, points: [], color: pen() };
    move(event);
  }

  function move(event) {
    if (stroke?.pointer !== event.pointerId) return;
    const from = stroke.points.length;
    const box = view.paper.getBoundingClientRect();
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) stroke.points.push(pointOf(each, box));
    paper.lay(stroke, from);
    loop.request(event);
  }

  function up(event) {
    if (stroke?.pointer !== event.pointerId) return;
    drawing.add({ points: stroke.points, color: stroke.color });
    stroke = null;
    redraw(event);
    rest();
  }

  scope.listen(view.paper, "pointerdown", down);
  scope.listen(view.paper, "pointermove", move, { passive: true });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) scope.listen(view.paper, end, up);
  scope.listen(view.paper, "touchmove", (event) => event.preventDefault(), { passive: false });

  // --- buttons and keys

  const changing = (action) => (event) => {
    finishExample();
    action();
    redraw(event);
    rest();
  };
  const undo = changing(() => drawing.undo());
  const clear = changing(() => drawing.all().length && drawing.replace([]));
  scope.listen(view.undo, "click", undo);
  scope.listen(view.clear, "click", clear);
  scope.listen(view.root, "keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key === "z";
    const isClear = event.target === view.paper && (event.key === "Delete" || event.key === "Backspace");
    if (!isUndo && !isClear) return;
    event.preventDefault();
    if (isUndo) undo(event);
    else clear(event);
  });
  const showWidth = () => (view.nib.style.transform = `scale(${view.width.value / view.width.max})`);
  scope.listen(view.width, "input", showWidth);

  // --- colors

  const swatches = Object.entries(COLORS).map(([title, value]) =>
    make("input", { type: "radio", name: "pen", value, title, "aria-label": title, style: `--pen: ${value}` }),
  );

  /** Return the color of the pen; undefined where there is no choice. */
  const pen = () => view.palette.querySelector(":checked")?.value;

  // --- examples

  for (const each of EXAMPLES) {
    const title = `Draw ${each.description}`;
    const button = make("button", { type: "button", "aria-label": title, title }, each.name);
    if (each.isDigit) button.dataset.digit = "";
    view.examples.append(button);
    scope.listen(button, "click", (event) => {
      finishExample();
      const strokes = exampleStrokes(each);
      if (!isStill()) return play(strokes);
      drawing.replace(strokes);
      redraw(event);
      return rest();
    });
  }

  /** Draw strokes as a hand would, over some time. */
  function play(strokes) {
    const points = strokes.flatMap((each) => each.points.map((_, i) => [each, i]));
    const start = performance.now();
    let next = 0;
    paper.clear();
    trail.clear();
    function advance() {
      const due = Math.ceil(((performance.now() - start) / EXAMPLE_MS) * points.length);
      for (; next < Math.min(due, points.length); next++) {
        const [each, i] = points[next];
        paper.lay(each, i, i + 1);
      }
      if (next === points.length) {
        finishExample();
        rest();
        return;
      }
      paper.paint();
      interpret();
      example.frame = requestAnimationFrame(advance);
    }
    example = { strokes, frame: requestAnimationFrame(advance) };
  }

  function stopExample() {
    if (example) cancelAnimationFrame(example.frame);
    example = null;
  }

  function finishExample() {
    if (!example) return;
    const { strokes } = example;
    stopExample();
    drawing.replace(strokes);
    redraw();
  }

  return (header, latest) => {
    const { settings } = header;
    const isFirst = !model;
    if (latest !== model || settings.colors.join() !== colors.join()) show(header, latest);
    const isAsked = settings.asked !== drawing.asked; // by the URL: of a link, or Back
    drawing.asked = settings.asked;
    if (isAsked && ![levels, drawing.sent].includes(settings.levels)) {
      drawing.replace(settings.levels ? [{ levels: settings.levels }] : []);
      drawing.sent = settings.levels;
      showDrawing();
    }
    // A reload, or a server that has started anew: Python does not have it.
    if ((isFirst || isAsked || !settings.levels) && levels !== settings.levels) rest();
  };

  function showDrawing() {
    redraw();
    paper.paint();
    interpret();
  }

  function show({ settings, name: latestName }, latest) {
    model = latest;
    name = latestName;
    colors = settings.colors;
    showPaper(settings.paper ?? "digit");
    verdict.follow(model, name, settings);
    minimap.show(model, settings.colors);
    trail.clear();
    view.size.textContent = counted(model.dim, "dimension");
    tellMilestone("model_shown", { dim: model.dim });
    view.axes.textContent =
      inWords(`The latent codes of the test digits by ${name}`) +
      (model.dim > 2 ? ", along their first two principal axes" : "");
    showDrawing();
  }

  /** Lay out the paper for the data set's pictures, with the pens that suit them. */
  function showPaper(kind) {
    const { width, height, side, size, channels, noun } = picture;
    if (sheet === [kind, width, height, channels, noun].join()) return;
    sheet = [kind, width, height, channels, noun].join();
    paper.follow(kind);
    view.paper.setAttribute("aria-label", inWords("Paper: draw a digit with the mouse, a pen or a finger. Delete clears it."));
    view.paper.parentElement.style.aspectRatio = `${width} / ${height}`;
    view.body.classList.toggle("light", kind === "light");
    view.invitation.textContent = inWords("Draw a digit here");
    view.digit.setAttribute("aria-label", `Input ${noun}, ${width} by ${height} pixels`);
    view.output.setAttribute("aria-label", `Reconstruction of the ${noun}`);
    view.values.textContent = counted(size, channels === 3 ? "value" : "pixel");
    view.palette.replaceChildren(...(channels === 3 ? swatches : []));
    for (const each of swatches) each.checked = each.value === COLORS[kind === "light" ? "black" : "white"];
    for (const each of view.examples.querySelectorAll("[data-digit]")) each.hidden = noun !== "digit";
    const pixel = Math.round(PAPER / side);
    view.width.max = String(Math.max(WIDEST, 2 * pixel));
    view.width.value = String(Math.max(USUAL_WIDTH, pixel));
    showWidth();
  }
});
