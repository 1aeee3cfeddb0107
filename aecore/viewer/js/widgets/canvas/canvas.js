// The paper on `/your-digit`: draw, and with every movement of the pen your browser frames the
// digit, encodes it, decodes it and moves its dot on the map. Follows the scripts that it uses.

import { live } from "../../adapters/streamlit.js";
import { make } from "../../core/dom.js";
import { makeLoop } from "../../core/frame_loop.js";
import { DIGIT_SIDE, drawDigit } from "../../core/image.js";
import { meter } from "../../core/meter.js";
import { makeScope } from "../../core/scope.js";
import { OFF_THE_MAP, codeText, shareText } from "../../core/text.js";
import { labelVote } from "../../model/neighbor_vote.js";
import { countBelow, mapDistance } from "../../model/neighbors.js";
import { encode } from "../../model/network.js";
import { PAPER, isInTwo, noArea, normalize, stampSegment } from "../../model/normalization.js";
import { EXAMPLES, drawing, exampleStrokes, pointAt } from "./strokes.js";
import { makeAtlas } from "../minimap/minimap.js";
import { show } from "../show.js";

const REST_MS = 350; // without the pen on the paper: long enough for the next stroke to begin
const PEN_WIDTHS = { least: 12, most: 56, first: 32 }; // pixels of the paper
const EXAMPLE_MS = 900; // to draw one

function createPad(parentElement, send) {
  const scope = makeScope();
  const view = buildPad();
  parentElement.append(view.root);
  scope.onDispose(() => view.root.remove());

  const ink = new Float32Array(PAPER * PAPER);
  const context = view.paper.getContext("2d");
  const image = context.createImageData(PAPER, PAPER);
  let changed = noArea();
  let model = null;
  let atlas = null;
  let levels = null; // of the digit on show, as text; null for an empty paper
  let stroke = null; // the one in hand: {pointer, points}
  let example = null; // being drawn: {strokes, frame}
  let timer = 0;

  const loop = makeLoop(() => {
    paintInk();
    think();
  });
  scope.onDispose(() => {
    loop.cancel();
    stopExample();
    clearTimeout(timer);
  });

  // --- the paper

  function lay({ points }, from = 0) {
    for (let i = from; i < points.length; i++) {
      stampSegment(ink, points[Math.max(i - 1, 0)], points[i], changed);
    }
  }

  /** The paper anew from its strokes. */
  function redraw(event) {
    ink.fill(0);
    changed = { left: 0, top: 0, right: PAPER, bottom: PAPER };
    drawing.all().forEach((each) => lay(each));
    if (stroke) lay(stroke);
    view.undo.disabled = !drawing.canUndo();
    view.clear.disabled = !drawing.all().length;
    loop.request(event);
  }

  function paintInk() {
    const { left, top, right, bottom } = changed;
    for (let y = top; y < bottom; y++) {
      for (let at = y * PAPER + left, end = y * PAPER + right; at < end; at++) {
        image.data[4 * at] = image.data[4 * at + 1] = image.data[4 * at + 2] = 255 * ink[at];
        image.data[4 * at + 3] = 255;
      }
    }
    if (right > left) context.putImageData(image, 0, 0, left, top, right - left, bottom - top);
    changed = noArea();
  }

  // --- what the model makes of it

  function think() {
    const digit = normalize(ink, PAPER, PAPER);
    view.body.classList.toggle("empty", !digit);
    levels = digit && textOf(digit);
    if (!digit) {
      for (const canvas of [view.digit, view.output]) drawDigit(canvas, new Float32Array(DIGIT_SIDE * DIGIT_SIDE));
      atlas.clear();
      view.say("", "Draw, and watch what the model makes of it.", "", "");
      return;
    }
    meter.lastDigit.set(digit);
    const z = Float32Array.from(encode(model, digit));
    const pixels = show(model, z, view.output);
    drawDigit(view.digit, digit);
    const distance = mapDistance(model, z);
    const { label, count, divided } = labelVote(model, z);
    atlas.move(z, label);
    const error = meanSquare(digit, pixels);
    const worse = (100 * countBelow(model.ownErrors, error)) / model.count;
    const off = distance.percentile >= OFF_THE_MAP;
    const odd = off || worse >= OFF_THE_MAP;
    view.verdict.classList.toggle("odd", odd);
    view.say(
      label,
      `${odd ? "No digit, to this model. " : ""}${count} of its 10 nearest test digits are ${label}s${divided ? `; mixed, the nearest ${label}s come closest` : ""}.`,
      `${off ? "Off the map" : "On the map"}: farther out than ${shareText(distance.percentile)} of the test digits.`,
      `Redrawn worse than ${shareText(worse)} of them.`,
    );
    view.code.textContent = codeText(z, 2);
    view.error.textContent = `MSE ${error.toFixed(4)}`;
  }

  /** The pen is up: forget the trail, and tell Python unless the next stroke follows at once. */
  function rest() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (stroke || example) return;
      atlas.rest();
      const two = levels && isInTwo(ink);
      view.note.textContent = two
        ? "Two things side by side? They go in as one picture of one digit: draw one at a time."
        : "";
      view.spoken.textContent = view.text();
      send("release", { levels });
    }, REST_MS);
  }

  // --- the pen

  function place(event, box) {
    const scale = PAPER / box.width;
    const press = event.pointerType === "pen" && event.pressure > 0 ? 0.5 + event.pressure : 1;
    const radius = (Number(view.width.value) / 2) * press;
    return pointAt((event.clientX - box.left) * scale, (event.clientY - box.top) * scale, radius);
  }

  function down(event) {
    if (!model || stroke || event.button !== 0) return;
    event.preventDefault(); // neither select nor drag
    view.paper.focus({ preventScroll: true });
    finishExample();
    view.paper.setPointerCapture(event.pointerId);
    stroke = { pointer: event.pointerId, points: [] };
    move(event);
  }

  function move(event) {
    if (stroke?.pointer !== event.pointerId) return;
    const from = stroke.points.length;
    const box = view.paper.getBoundingClientRect();
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) stroke.points.push(place(each, box));
    lay(stroke, from);
    loop.request(event);
  }

  function up(event) {
    if (stroke?.pointer !== event.pointerId) return;
    drawing.add({ points: stroke.points });
    stroke = null;
    redraw(event);
    rest();
  }

  scope.listen(view.paper, "pointerdown", down);
  scope.listen(view.paper, "pointermove", move, { passive: true });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    scope.listen(view.paper, end, up);
  }
  scope.listen(view.paper, "touchmove", (event) => event.preventDefault(), { passive: false });

  // --- buttons and keys

  function change(action) {
    return (event) => {
      finishExample();
      action();
      redraw(event);
      rest();
    };
  }

  const undo = change(() => drawing.undo());
  const clear = change(() => drawing.all().length && drawing.replace([]));
  scope.listen(view.undo, "click", undo);
  scope.listen(view.clear, "click", clear);
  scope.listen(view.root, "keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") {
      event.preventDefault();
      undo(event);
    } else if (event.target === view.paper && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      clear(event);
    }
  });
  scope.listen(view.width, "input", () => view.showWidth());

  // --- examples

  view.examples.forEach((button, i) => {
    scope.listen(button, "click", (event) => {
      finishExample();
      const strokes = exampleStrokes(EXAMPLES[i]);
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        drawing.replace(strokes);
        redraw(event);
        rest();
      } else play(strokes);
    });
  });

  /** Draw strokes as a hand would, over some time. */
  function play(strokes) {
    const points = strokes.flatMap((each) => each.points.map((_, i) => [each, i]));
    const start = performance.now();
    let next = 0;
    ink.fill(0);
    changed = { left: 0, top: 0, right: PAPER, bottom: PAPER };
    atlas.clear();
    function advance() {
      const due = Math.ceil(((performance.now() - start) / EXAMPLE_MS) * points.length);
      for (; next < Math.min(due, points.length); next++) {
        const [each, i] = points[next];
        stampSegment(ink, each.points[Math.max(i - 1, 0)], each.points[i], changed);
      }
      if (next === points.length) {
        finishExample();
        rest();
        return;
      }
      paintInk();
      think();
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

  return {
    update(header, found) {
      const { settings } = header;
      const first = !model;
      if (found === model) return;
      model = found;
      atlas ??= makeAtlas(scope, view, settings.colors);
      atlas.show(model);
      view.name(header.name, model.dim);
      redraw();
      paintInk();
      think();
      if (first && levels !== settings.levels) rest(); // a reload: Python has forgotten
    },
    dispose: scope.dispose,
  };
}

/** The gray levels of a digit, one byte each, in base 64. */
function textOf(digit) {
  return btoa(String.fromCharCode(...digit.map((value) => Math.round(255 * value))));
}

function meanSquare(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

function buildPad() {
  const button = (name, attributes = {}) => make("button", { type: "button", ...attributes }, name);
  const paper = make("canvas", {
    class: "paper",
    width: PAPER,
    height: PAPER,
    tabindex: 0,
    role: "img",
    "aria-label": "Paper: draw a digit with the mouse, a pen or a finger. Delete clears it.",
  });
  const invitation = make("p", { class: "invitation", "aria-hidden": true }, "Draw a digit here");
  const undo = button("Undo");
  const clear = button("Clear");
  const { least, most, first } = PEN_WIDTHS;
  const width = make("input", { type: "range", min: least, max: most, value: first, "aria-label": "Pen width" });
  const nib = make("span", { class: "nib", "aria-hidden": true });
  const examples = EXAMPLES.map(({ name, say }) => button(name, { "aria-label": `Draw ${say}`, title: `Draw ${say}` }));
  const note = make("p", { class: "hint", role: "status" });

  const digit = make("canvas", { role: "img", "aria-label": "The digit that goes in, 28 by 28 pixels" });
  const output = make("canvas", { role: "img", "aria-label": "What the model draws from its code" });
  const size = make("b");
  const code = make("span", { class: "code" });
  const error = make("span");
  const numeral = make("strong", { class: "numeral" });
  const vote = make("b");
  const where = make("p");
  const redrawn = make("p");
  const verdict = make("div", { class: "verdict" }, numeral, make("div", {}, vote, where, redrawn));
  const spoken = make("p", { class: "spoken", "aria-live": "polite" });

  const dots = make("canvas");
  const trail = make("canvas", { role: "img", "aria-label": "Where the drawing lies on the map" });
  const dot = make("span", { class: "dot" });
  const axes = make("figcaption");

  const body = make(
    "div",
    { class: "live workbench draw empty" },
    make(
      "div",
      { class: "pad" },
      make("div", { class: "sheet" }, paper, invitation),
      make("div", { class: "bar" }, undo, clear, make("label", { class: "width" }, nib, width)),
      make("div", { class: "bar" }, make("span", { class: "hint" }, "Or watch one:"), ...examples),
      note,
    ),
    make(
      "div",
      { class: "through" },
      make("figure", {}, digit, make("figcaption", {}, make("b", {}, "Goes in"), make("span", {}, "784 pixels"))),
      make("p", { class: "squeeze" }, size, code),
      make("figure", {}, output, make("figcaption", {}, make("b", {}, "Comes out"), error)),
    ),
    verdict,
    spoken,
    make("figure", { class: "place" }, make("div", { class: "layers" }, dots, trail, dot), axes),
  );
  const root = make("div", { class: "frame" }, body);
  const view = {
    root, body, paper, undo, clear, width, examples, note, digit, output, code, error, verdict, dots, trail, dot, spoken,
    say(...texts) {
      [numeral, vote, where, redrawn].forEach((element, i) => (element.textContent = texts[i]));
    },
    text: () => [vote, where, redrawn].map((element) => element.textContent).join(" "),
    showWidth() {
      nib.style.transform = `scale(${width.value / most})`;
    },
    name(model, dim) {
      size.textContent = `${dim} number${dim > 1 ? "s" : ""}`;
      axes.textContent =
        dim > 2
          ? `The codes of the test digits by ${model}, along the two axes on which they differ most`
          : `The codes of the test digits by ${model}`;
    },
  };
  view.showWidth();
  return view;
}

export function draw(component) {
  return live(component, createPad);
}
