// Two maps of the same test digits. A stroke around dots, a click on one, or a label's button
// selects digits, and both maps light them up; the server only hears of it afterwards.

const MARGIN = { left: 44, right: 8, top: 8, bottom: 40 }; // px around the dots
const NEAR = 9; // px from the pointer to a dot
const CLICK = 4; // px that a click may wander
const SENT = 200; // numbers that the server hears of
const KINDS = { float32: Float32Array, uint8: Uint8Array };

/** What tests read; the page itself never does. */
const meter = (globalThis.__aecoreLinked ??= { selected: [], hovered: null, drawn: [] });

function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const buffer = bytes.slice(start).buffer; // aligned
  const arrays = {};
  for (const { name, dtype, offset, shape } of header.sections) {
    arrays[name] = new KINDS[dtype](buffer, offset, shape.reduce((a, b) => a * b, 1));
  }
  return { ...header, ...arrays, count: arrays.labels.length };
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// --- one map ------------------------------------------------------------------------------------

/** The range of column `k` of points (N x 2), a little wider; a collapsed one gets some room. */
function rangeOf(points, k) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = k; i < points.length; i += 2) {
    if (points[i] < low) low = points[i];
    if (points[i] > high) high = points[i];
  }
  const room = (high - low) * 0.03 || 1;
  return [low - room, high + room];
}

/** About `count` round numbers within a range. */
function ticks([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    found.push(Math.abs(value) < step / 1e6 ? 0 : value);
  }
  return found;
}

function makeMap(canvas) {
  const context = canvas.getContext("2d");
  let width = 0;
  let height = 0;
  let places = null; // Float32Array (N x 2), px
  let points = null;
  let ranges = null;
  let names = null;

  function place() {
    places = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      places[i] = toX(points[i]);
      places[i + 1] = toY(points[i + 1]);
    }
  }

  const toX = (x) =>
    MARGIN.left + ((x - ranges[0][0]) / (ranges[0][1] - ranges[0][0])) * (width - MARGIN.left - MARGIN.right);
  const toY = (y) =>
    MARGIN.top + ((ranges[1][1] - y) / (ranges[1][1] - ranges[1][0])) * (height - MARGIN.top - MARGIN.bottom);

  function fit() {
    const ratio = devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    width = box.width;
    height = box.height;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (points) place();
  }

  function drawAxes(colour) {
    context.fillStyle = colour;
    context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const value of ticks(ranges[0], width / 80)) {
      context.fillText(String(Number(value.toPrecision(3))), toX(value), height - MARGIN.bottom + 4);
    }
    context.fillText(names[0], (MARGIN.left + width) / 2, height - 16, width - MARGIN.left);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of ticks(ranges[1], height / 60)) {
      context.fillText(String(Number(value.toPrecision(3))), MARGIN.left - 6, toY(value));
    }
    context.save();
    context.translate(8, (height - MARGIN.bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(names[1], 0, 0, height - MARGIN.bottom);
    context.restore();
  }

  return {
    canvas,
    fit,
    set(data, which) {
      points = data[`points${which}`];
      names = data.axes[which];
      ranges = [rangeOf(points, 0), rangeOf(points, 1)];
      fit();
    },
    /** Dots in the labels' order, those selected last and alone in colour. */
    draw({ labels, colours }, order, selected, hovered, stroke) {
      const colour = getComputedStyle(canvas).color;
      context.clearRect(0, 0, width, height);
      drawAxes(colour);
      const dots = (size, wanted) => {
        for (let at = 0; at < order.length; at++) {
          const i = order[at];
          if (selected && Boolean(selected[i]) !== wanted) continue;
          if (wanted) context.fillStyle = colours[labels[i]];
          context.fillRect(places[2 * i] - size / 2, places[2 * i + 1] - size / 2, size, size);
        }
      };
      if (selected) {
        context.globalAlpha = 0.25;
        context.fillStyle = "#94a4a2";
        dots(2, false);
      }
      context.globalAlpha = selected ? 0.95 : 0.75;
      dots(selected ? 4 : 3, true);
      context.globalAlpha = 1;
      if (hovered !== null) {
        context.strokeStyle = "#e8196a";
        context.lineWidth = 2;
        context.beginPath();
        context.arc(places[2 * hovered], places[2 * hovered + 1], 7, 0, 7);
        context.stroke();
      }
      if (stroke) {
        context.strokeStyle = colour;
        context.lineWidth = 1.5;
        context.setLineDash([4, 3]);
        context.beginPath();
        for (const [x, y] of stroke) context.lineTo(x, y);
        context.closePath();
        context.stroke();
        context.setLineDash([]);
      }
    },
    /** The dot nearest to a place, or null if none is near. */
    nearest(x, y) {
      let best = NEAR * NEAR;
      let found = null;
      for (let i = 0; i < places.length; i += 2) {
        const square = (places[i] - x) ** 2 + (places[i + 1] - y) ** 2;
        if (square < best) {
          best = square;
          found = i / 2;
        }
      }
      return found;
    },
    /** Which dots lie within a polygon, (N) of 0 and 1: how often a ray to the right crosses it. */
    within(polygon) {
      const inside = new Uint8Array(places.length / 2);
      const xs = polygon.map(([x]) => x);
      const ys = polygon.map(([, y]) => y);
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      for (let i = 0; i < inside.length; i++) {
        const x = places[2 * i];
        const y = places[2 * i + 1];
        if (x < left || x > right || y < top || y > bottom) continue;
        let odd = 0;
        for (let j = 0, k = xs.length - 1; j < xs.length; k = j++) {
          if (ys[j] > y !== ys[k] > y && x < ((xs[k] - xs[j]) * (y - ys[j])) / (ys[k] - ys[j]) + xs[j]) odd ^= 1;
        }
        inside[i] = odd;
      }
      return inside;
    },
    placeOf: (i) => [places[2 * i], places[2 * i + 1]],
  };
}

// --- both ---------------------------------------------------------------------------------------

function createLinked(parentElement, send) {
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

  function draw() {
    frame = 0;
    meter.drawn = maps.map((map) => {
      const start = performance.now();
      map.draw(data, order, selected, hovered, stroke?.map === map ? stroke.path : null);
      return performance.now() - start;
    });
  }
  const request = () => (frame ||= requestAnimationFrame(draw));

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
      found.textContent = `${chosen.length} ${digits} selected${labels.length ? `: ${labels.join(", ")}` : ""}.`;
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
    say();
    request();
  }

  function tell() {
    send("selected", numbers().slice(0, SENT));
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
    const top = 28 * scale;
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
    const link = make("a", { href: sheet.toDataURL("image/png"), download: "maps.png" });
    link.click();
  }

  function buildBar() {
    const present = [...new Set(data.labels)].sort((a, b) => a - b);
    const buttons = present.map((label) => {
      const button = make("button", { type: "button", class: "label", style: `--digit:${data.colours[label]}` }, String(label));
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
    maps.forEach((map) => map.fit());
    draw(); // now: a canvas that has been resized is empty
  });
  canvases.forEach((canvas) => observer.observe(canvas));

  return {
    update(found) {
      const fresh = !data;
      const another = fresh || found.labels.join() !== data.labels.join();
      data = found;
      captions.forEach((caption, i) => (caption.textContent = data.names[i]));
      maps.forEach((map, i) => map.set(data, i));
      if (another) {
        order = Uint32Array.from(data.labels.keys()).sort((a, b) => data.labels[a] - data.labels[b]);
        selected = pressed = null;
        buildBar();
        hover(null);
      }
      say();
      request();
      if (fresh && data.selected) tell(); // of another visit to this page
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
export default function linked(component) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { calls: 0 };
    instance.page = createLinked(parentElement, (name, value) => instance.component.setTriggerValue(name, value));
    instances.set(parentElement, instance);
  }
  instance.component = component;
  const call = ++instance.calls;
  instance.page.update(unpack(data));
  return () => {
    if (instance.calls !== call || instances.get(parentElement) !== instance) return;
    instances.delete(parentElement);
    instance.page.dispose();
  };
}
