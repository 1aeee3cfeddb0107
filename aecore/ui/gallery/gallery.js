// Pictures of units: drawn from the palette rows that Python sends, one canvas a unit, to be
// chosen by pointer or keyboard.

const SIDE = 28;
const GAP = 2; // pixels between the pictures of one unit, transparent

const KEPT = 24;

const instances = new WeakMap(); // parent element -> instance

/** What this tab was sent, by its hash: {cell, units, levels, palette}; the oldest goes first. */
const galleries = (globalThis.__aecoreGalleries ??= new Map());

/** Read a message of `aecore.packing`: {header, arrays}; all arrays are bytes here. */
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const arrays = {};
  for (const { name, offset, shape } of header.sections ?? []) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = bytes.slice(start + offset, start + offset + count);
  }
  return { header, arrays };
}

/** The palette's rows of red, green and blue as pixels of four bytes. */
function pixelsOf(palette) {
  const bytes = new Uint8ClampedArray((palette.length / 3) * 4).fill(255);
  palette.forEach((value, i) => (bytes[4 * Math.floor(i / 3) + (i % 3)] = value));
  return new Uint32Array(bytes.buffer);
}

/** The P pictures of a unit side by side; `levels` are P x 784 positions in `colours`. */
function draw(canvas, levels, colours) {
  const size = SIDE * SIDE;
  const count = levels.length / size;
  canvas.width = count * SIDE + (count - 1) * GAP;
  canvas.height = SIDE;
  const context = canvas.getContext("2d");
  for (let picture = 0; picture < count; picture++) {
    const image = context.createImageData(SIDE, SIDE);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < size; i++) pixels[i] = colours[levels[picture * size + i]];
    context.putImageData(image, picture * (SIDE + GAP), 0);
  }
}

function createGallery(parentElement, choose) {
  const root = document.createElement("div");
  root.className = "units";
  root.setAttribute("role", "group");
  parentElement.append(root);
  let drawn = null; // what is on show
  let chosen = null; // the unit's number

  /** Mark the chosen unit; Tab comes to it, the arrow keys go on from there. */
  function mark(number) {
    chosen = number;
    for (const cell of root.querySelectorAll("button")) {
      const own = Number(cell.dataset.unit) === number;
      cell.setAttribute("aria-pressed", own);
      cell.tabIndex = own ? 0 : -1;
    }
    if (!root.querySelector("[tabindex='0']")) root.querySelector("button")?.setAttribute("tabindex", 0);
  }

  root.addEventListener("click", (event) => {
    const cell = event.target.closest("button");
    if (!cell) return;
    mark(Number(cell.dataset.unit));
    choose(chosen);
  });

  root.addEventListener("keydown", (event) => {
    const cells = [...root.querySelectorAll("button")];
    const at = cells.indexOf(event.target.closest("button"));
    const columns = getComputedStyle(root).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step || !cells[at + step]) return;
    event.preventDefault();
    cells[at + step].focus();
  });

  /** Draw the cells anew. */
  function fill({ cell: width, units, levels, palette }, selectable) {
    const colours = pixelsOf(palette);
    const size = levels.length / units.length;
    root.style.setProperty("--cell", `${width}px`);
    const cells = units.map((unit, i) => {
      const cell = document.createElement(selectable ? "button" : "div");
      const canvas = document.createElement("canvas");
      const caption = document.createElement("span");
      if (!selectable) cell.setAttribute("role", "img");
      cell.dataset.unit = unit.number;
      cell.title = unit.text;
      cell.setAttribute("aria-label", unit.text);
      cell.classList.toggle("dead", unit.dead);
      caption.textContent = unit.caption;
      draw(canvas, levels.subarray(i * size, (i + 1) * size), colours);
      cell.append(canvas, caption);
      return cell;
    });
    root.replaceChildren(...cells);
    root.scrollTop = 0;
  }

  /** Follow a message; false if it names pictures that this tab does not hold. */
  return ({ hash, name, chosen: number }) => {
    const gallery = galleries.get(hash);
    if (!gallery) return false;
    galleries.delete(hash);
    galleries.set(hash, gallery);
    root.setAttribute("aria-label", name);
    if (drawn !== hash) fill(gallery, number !== null);
    drawn = hash;
    mark(number);
    return true;
  };
}

/** Keep what came along with a message. */
function keep({ hash, cell, units }, arrays) {
  if (!arrays.levels) return;
  galleries.set(hash, { cell, units, ...arrays });
  for (const oldest of galleries.keys()) {
    if (galleries.size <= KEPT) break;
    galleries.delete(oldest);
  }
}

export default function gallery({ data, parentElement, setTriggerValue }) {
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { send: setTriggerValue, asked: null };
    instance.update = createGallery(parentElement, (number) => instance.send("choose", number));
    instances.set(parentElement, instance);
  }
  instance.send = setTriggerValue;
  const { header, arrays } = unpack(data);
  keep(header, arrays);
  if (!instance.update(header) && instance.asked !== data) {
    instance.asked = data; // the same message can come again, with another theme
    setTriggerValue("need", header.hash);
  }
}
