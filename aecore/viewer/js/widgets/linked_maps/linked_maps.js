// Two maps of the same test digits. A stroke around dots, a click on one, or a label's button
// selects digits, and both maps light them up; the server only hears of it afterwards.
// Follows map.js in the same module.

import { make } from "../../core/dom.js";
import { unpack } from "../../core/message.js";
import { MARGIN, alike, makeMap } from "./scatter.js";

const CLICK = 4; // px that a click may wander
const SENT = 200; // numbers that the server hears of
const SELECTED = "aecore-selected"; // announces {numbers}, for an ear

/** The latest selection of this tab, {labels, selected, pressed}: maps drawn anew show it again. */
const latest = (globalThis.__aecoreSelection ??= {});

/** What tests read; the page itself never does. */
const meter = (globalThis.__aecoreLinked ??= { selected: [], hovered: null, drawn: [] });

function createLinked(parentElement) {
  const controller = new AbortController();
  const listen = (target, type, handler) =>
    target.addEventListener(type, handler, { signal: controller.signal });
  const bar = make("div", { class: "bar", role: "group", "aria-label": "Select the digits of a label" });
  const captions = [make("figcaption"), make("figcaption")];
  const canvases = [0, 1].map(() => make("canvas", { role: "img" }));
  const found = make("p", { class: "found", "aria-live": "polite" });
  const hint = make("p", { class: "hint" });
  const root = make(
    "div",
    { class: "linked" },
    bar,
    make("div", { class: "maps" }, ...canvases.map((canvas, i) => make("figure", {}, captions[i], canvas))),
    found,
    hint,
  );
  parentElement.append(root);
  const maps = canvases.map(makeMap);

  let data = null;
  let order = null; // numbers of the digits, label after label
  let selected = null; // Uint8Array (N), or null
  let hovered = null;
  let stroke = null; // {map, path: [[x, y], ...]}
  let pressed = null; // the label whose button is down
  let frame = 0;
  const stale = new Set(); // maps that are to be drawn

  function draw() {
    frame = 0;
    meter.drawn = [...stale].map((map) => {
      const start = performance.now();
      map.draw(data, order, selected, hovered, stroke?.map === map ? stroke.path : null);
      return performance.now() - start;
    });
    stale.clear();
  }
  function request(changed = maps) {
    for (const map of changed) stale.add(map);
    frame ||= requestAnimationFrame(draw);
  }

  /** Those selected, ascending. */
  const numbers = () => (selected ? Array.from(order.filter((i) => selected[i])).sort((a, b) => a - b) : []);

  function say() {
    const chosen = numbers();
    meter.selected = chosen;
    if (!selected) {
      found.textContent = `${data.count.toLocaleString("en")} test digits, none selected.`;
    } else {
      const counts = new Array(10).fill(0);
      for (const i of chosen) counts[data.labels[i]] += 1;
      const labels = counts
        .map((count, label) => [count, label])
        .filter(([count]) => count)
        .sort((a, b) => b[0] - a[0])
        .map(([count, label]) => `${count} × ${label}`);
      const digits = chosen.length === 1 ? "digit" : "digits";
      found.textContent = `${chosen.length.toLocaleString("en")} ${digits} selected${labels.length ? `: ${labels.join(", ")}` : ""}.`;
    }
    bar.querySelectorAll("button.label").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.textContent === String(pressed)));
    });
    canvases.forEach((canvas, i) => {
      canvas.setAttribute("aria-label", `The map of codes of ${data.names[i]}. ${found.textContent}`);
    });
  }

  function select(chosen, label = null) {
    selected = chosen;
    pressed = label;
    Object.assign(latest, { labels: data.labels, selected, pressed });
    say();
    request();
  }

  function tell() {
    document.dispatchEvent(new CustomEvent(SELECTED, { detail: { numbers: numbers().slice(0, SENT) } }));
  }

  function selectLabel(label) {
    select(pressed === label ? null : data.labels.map((value) => value === label), pressed === label ? null : label);
    tell();
  }

  function hover(i) {
    hovered = meter.hovered = i;
    hint.textContent =
      i === null
        ? "Draw around dots in either map, click one, or press a label: both maps show the same test digits."
        : `Test digit no. ${i}, a ${data.labels[i]}`;
    request();
  }

  maps.forEach((map) => {
    const place = (event) => {
      const box = map.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    listen(map.canvas, "pointerdown", (event) => {
      if (event.button !== 0) return;
      stroke = { map, path: [place(event)], from: place(event), before: [selected, pressed] };
      map.canvas.setPointerCapture(event.pointerId);
    });
    listen(map.canvas, "pointermove", (event) => {
      const [x, y] = place(event);
      if (stroke?.map !== map) return hover(map.nearest(x, y));
      stroke.path.push([x, y]);
      stroke.moved ||= Math.hypot(x - stroke.from[0], y - stroke.from[1]) > CLICK;
      if (stroke.moved) select(map.within(stroke.path));
    });
    listen(map.canvas, "pointerup", (event) => {
      if (stroke?.map !== map) return;
      const { moved } = stroke;
      stroke = null;
      if (!moved) {
        const i = map.nearest(...place(event));
        select(i === null ? null : data.labels.map((_, j) => j === i));
      } else if (!selected.includes(1)) {
        select(null);
      }
      request();
      tell();
    });
    listen(map.canvas, "pointercancel", () => {
      if (!stroke) return;
      const [before, label] = stroke.before;
      stroke = null;
      select(before, label);
    });
    listen(map.canvas, "pointerleave", () => hover(null));
  });

  function save() {
    const scale = devicePixelRatio || 1;
    const top = 48 * scale;
    const sheet = make("canvas");
    sheet.width = canvases[0].width + canvases[1].width;
    sheet.height = Math.max(...canvases.map((canvas) => canvas.height)) + top;
    const context = sheet.getContext("2d");
    const style = getComputedStyle(root);
    context.fillStyle = style.getPropertyValue("--st-background-color") || "#fff";
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.fillStyle = style.color;
    context.font = `${14 * scale}px ${style.fontFamily}`;
    context.textBaseline = "top";
    canvases.forEach((canvas, i) => {
      const left = i * canvases[0].width;
      context.fillText(data.names[i], left + MARGIN.left * scale, 6 * scale);
      context.drawImage(canvas, left, top);
    });
    present().forEach((label, i) => {
      const left = (MARGIN.left + 32 * i) * scale;
      context.fillStyle = data.colors[label];
      context.fillRect(left, 29 * scale, 10 * scale, 10 * scale);
      context.fillStyle = style.color;
      context.fillText(label, left + 14 * scale, 27 * scale);
    });
    const link = make("a", { href: sheet.toDataURL("image/png"), download: "maps.png" });
    link.click();
  }

  /** The labels that there are. */
  const present = () => [...new Set(data.labels)].sort((a, b) => a - b);

  function buildBar() {
    const buttons = present().map((label) => {
      const button = make("button", { type: "button", class: "label", style: `--digit:${data.colors[label]}` }, String(label));
      button.setAttribute("aria-label", `Select all digits ${label}`);
      listen(button, "click", () => selectLabel(label));
      return button;
    });
    const none = make("button", { type: "button" }, "None");
    listen(none, "click", () => {
      select(null);
      tell();
    });
    const png = make("button", { type: "button" }, "Maps as PNG");
    listen(png, "click", save);
    bar.replaceChildren(...buttons, none, png);
  }

  const observer = new ResizeObserver(() => {
    if (!data) return;
    for (const map of maps) {
      map.fit();
      stale.add(map);
    }
    draw(); // now: a canvas that has been resized is empty
  });
  canvases.forEach((canvas) => observer.observe(canvas));

  return {
    update(found) {
      const another = !data || !alike(found.labels, data.labels);
      data = found;
      captions.forEach((caption, i) => (caption.textContent = data.names[i]));
      const changed = maps.filter((map, i) => map.set(data, i) || another);
      if (another) {
        order = Uint32Array.from(data.labels.keys()).sort((a, b) => data.labels[a] - data.labels[b]);
        const again = data.selected && latest.labels && alike(latest.labels, data.labels);
        [selected, pressed] = again ? [latest.selected, latest.pressed] : [null, null];
        buildBar();
        hover(null);
      }
      say();
      request(changed.length ? changed : maps); // none has: the theme may have
    },
    dispose() {
      controller.abort();
      observer.disconnect();
      cancelAnimationFrame(frame);
      root.remove();
    },
  };
}

const instances = new WeakMap(); // parent element -> instance

/** Streamlit calls this on every change of data or theme: one instance lives through them all. */
export function linked({ data, parentElement }) {
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { calls: 0, page: createLinked(parentElement) };
    instances.set(parentElement, instance);
  }
  const call = ++instance.calls;
  const { header, arrays } = unpack(data);
  instance.page.update({ ...header, ...arrays, count: arrays.labels.length });
  return () => {
    if (instance.calls !== call || instances.get(parentElement) !== instance) return;
    instances.delete(parentElement);
    instance.page.dispose();
  };
}
