// Two maps of the same test digits. A stroke around dots, a click on one, or a class's button selects
// digits, and both maps highlight them; the server only hears of it afterwards.

import { classOf, picture } from "../../core/digit.js";
import { isEqual, markedRows } from "../../core/arrays.js";
import { build, make, saveCanvas } from "../../core/dom.js";
import { makeFrameLoop } from "../../core/frame_loop.js";
import { makeScope } from "../../core/scope.js";
import { counted, labelsText, numbered } from "../../core/text.js";
import { makeNavigation } from "../scatter/navigation.js";
import { MARGIN, makeScatter } from "../scatter/scatter.js";

const CLICK_REACH = 4; // px that a click may wander
const MOST_SENT = 200; // numbers that the host hears of, unless it asks for more
const HINT = "Draw around dots in either map, click one, or press a class: both maps show the same test digits.";

const VIEW = `
<div class="linked">
  <div ref="bar" class="bar" role="group" aria-label="Select the digits of a class"></div>
  <div ref="maps" class="maps">
    <figure><figcaption></figcaption><canvas role="img"></canvas></figure>
    <figure><figcaption></figcaption><canvas role="img"></canvas></figure>
  </div>
  <p ref="summary" class="found" aria-live="polite"></p>
  <p ref="hint" class="hint"></p>
</div>`;

/** The latest selection of this tab, {labels, selected, pressed}: maps drawn anew show it again. */
const latest = (globalThis.__aecoreSelection ??= {});

/** What tests read; the widget itself never does. */
const meter = (globalThis.__aecoreLinked ??= { selected: [] });

/** @type {import("../../core/host.js").Mount} */
export function mountLinkedMaps(element, host) {
  const scope = makeScope();
  const view = build(VIEW);
  const captions = [...view.root.querySelectorAll("figcaption")];
  const canvases = [...view.root.querySelectorAll("canvas")];
  const maps = canvases.map((canvas) => makeScatter(canvas, host));
  const loop = makeFrameLoop(scope, draw);
  scope.add(element, view.root);

  let data = null; // {names, axes, colors, numbers, most, labels, points0, points1}
  let order = null; // numbers of the digits, class after class
  let selected = null; // Uint8Array (N), or null
  let told = ""; // numbers of the selection that the host knows
  let hovered = null;
  let stroke = null; // {map, path: [[x, y], ...], from, before, isMoved}
  let pressed = null; // the class whose button is down
  const stale = new Set(); // maps that are to be drawn

  function draw() {
    for (const map of stale) map.draw(data, order, selected, hovered, stroke?.map === map ? stroke.path : null);
    stale.clear();
  }

  function request(changed = maps) {
    for (const map of changed) stale.add(map);
    loop.request();
  }

  /** Return the numbers of those selected, ascending. */
  const numbers = () => markedRows(selected);

  /** Return as many of them as the host is told. */
  const firstOf = (marks) => markedRows(marks).slice(0, data.most ?? MOST_SENT);

  /** Return the classes that there are. */
  const classes = () => (picture.isLabeled ? [...new Set(data.labels)].sort((a, b) => a - b) : []);

  function summarize(chosen) {
    if (!selected) return `${counted(data.labels.length, `test ${picture.noun}`)}, none selected.`;
    const counts = new Map();
    if (picture.isLabeled) for (const i of chosen) counts.set(data.labels[i], (counts.get(data.labels[i]) ?? 0) + 1);
    const text = labelsText([...counts].sort((a, b) => b[1] - a[1]));
    return `${counted(chosen.length, picture.noun)} selected${text && `: ${text}`}.`;
  }

  function describe() {
    meter.selected = numbers();
    view.summary.textContent = summarize(meter.selected);
    for (const button of view.bar.querySelectorAll("button.label")) {
      button.setAttribute("aria-pressed", String(button.dataset.label === String(pressed)));
    }
    canvases.forEach((canvas, i) => {
      canvas.setAttribute("aria-label", `The latent space of ${data.names[i]}. ${view.summary.textContent}`);
    });
  }

  function select(chosen, label = null) {
    selected = chosen;
    pressed = label;
    Object.assign(latest, { labels: data.labels, selected, pressed });
    describe();
    request();
  }

  const report = () => {
    const first = firstOf(selected);
    told = String(first);
    host.send("selected", { numbers: first });
  };

  function selectClass(label) {
    if (pressed === label) select(null);
    else select(data.labels.map((value) => Number(value === label)), label);
    report();
  }

  function hover(i) {
    hovered = i;
    view.hint.textContent = i === null ? HINT : `Test ${picture.noun} ${numbered(i, data.labels[i])}`;
    request();
  }

  for (const map of maps) {
    const placeOf = (event) => {
      const box = map.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const navigation = makeNavigation(map, map.canvas.parentElement, scope, () => request([map]));
    scope.listen(map.canvas, "pointerdown", (event) => {
      if (event.button !== 0 || navigation.isPanning()) return;
      const from = placeOf(event);
      stroke = { map, path: [from], from, before: [selected, pressed], isMoved: false };
      map.canvas.setPointerCapture(event.pointerId);
    });
    scope.listen(map.canvas, "pointermove", (event) => {
      const [x, y] = placeOf(event);
      if (stroke?.map !== map) return hover(map.nearest(x, y));
      stroke.path.push([x, y]);
      stroke.isMoved ||= Math.hypot(x - stroke.from[0], y - stroke.from[1]) > CLICK_REACH;
      if (stroke.isMoved) select(map.within(stroke.path));
    });
    scope.listen(map.canvas, "pointerup", (event) => {
      if (stroke?.map !== map) return;
      const { isMoved } = stroke;
      stroke = null;
      if (!isMoved) {
        const i = map.nearest(...placeOf(event));
        select(i === null ? null : data.labels.map((_, j) => Number(j === i)));
      } else if (!selected.includes(1)) {
        select(null);
      }
      request();
      report();
    });
    scope.listen(map.canvas, "pointercancel", () => {
      if (!stroke) return;
      const [before, label] = stroke.before;
      stroke = null;
      select(before, label);
    });
    scope.listen(map.canvas, "pointerleave", () => hover(null));
  }

  function save() {
    const scale = devicePixelRatio || 1;
    const { color, background, font } = host.theme();
    const top = 48 * scale;
    const sheet = make("canvas");
    sheet.width = canvases[0].width + canvases[1].width;
    sheet.height = Math.max(...canvases.map((canvas) => canvas.height)) + top;
    const context = sheet.getContext("2d");
    context.fillStyle = background;
    context.fillRect(0, 0, sheet.width, sheet.height);
    Object.assign(context, { fillStyle: color, font: `${14 * scale}px ${font}`, textBaseline: "top" });
    canvases.forEach((canvas, i) => {
      const left = i * canvases[0].width;
      context.fillText(data.names[i], left + MARGIN.left * scale, 6 * scale);
      context.drawImage(canvas, left, top);
    });
    classes().forEach((label, i) => {
      const left = (MARGIN.left + 32 * i) * scale;
      context.fillStyle = data.colors[label];
      context.fillRect(left, 29 * scale, 10 * scale, 10 * scale);
      context.fillStyle = color;
      context.fillText(classOf(label), left + 14 * scale, 27 * scale);
    });
    saveCanvas(sheet, "maps");
  }

  function buildBar() {
    const makeButton = (text, action, attributes = {}) => {
      const button = make("button", { type: "button", ...attributes }, text);
      scope.listen(button, "click", action);
      return button;
    };
    const clear = () => {
      select(null);
      report();
    };
    view.bar.replaceChildren(
      ...classes().map((label) => {
        const style = `--digit:${data.colors[label]}`;
        const name = `Select all ${picture.nouns} ${classOf(label)}`;
        return makeButton(classOf(label), () => selectClass(label), { class: "label", "data-label": label, style, "aria-label": name });
      }),
      makeButton("Clear selection", clear),
      makeButton("Maps as PNG", save),
    );
  }

  scope.watchSize(view.maps, () => {
    if (!data) return;
    for (const map of maps) {
      map.fit();
      stale.add(map);
    }
    draw(); // now: a canvas that has been resized is empty
  });

  return {
    update({ header, arrays }) {
      const isOther = !data || !isEqual(arrays.labels, data.labels);
      const isRecolored = data?.colors.join() !== header.colors.join();
      data = { ...header, ...arrays };
      captions.forEach((caption, i) => (caption.textContent = data.names[i]));
      const changed = maps.filter((map, i) => map.set(data[`points${i}`], data.axes[i]) || isOther);
      const asked = String(data.numbers ?? "");
      const given = asked ? data.labels.map((_, i) => Number(data.numbers.includes(i))) : null;
      if (isOther) {
        order = Uint32Array.from(data.labels.keys()).sort((a, b) => data.labels[a] - data.labels[b]);
        const isKept = latest.labels && isEqual(latest.labels, data.labels) && String(firstOf(latest.selected)) === asked;
        [selected, pressed] = isKept ? [latest.selected, latest.pressed] : [given, null];
        hover(null);
      } else if (asked !== told) {
        [selected, pressed] = [given, null]; // Back or Forward has changed it
      }
      told = asked;
      if (isOther || isRecolored) buildBar();
      describe();
      request(changed.length ? changed : maps); // none has: the theme may have
    },
    destroy: scope.end,
  };
}
