// Pictures of units: drawn from the palette rows that Python sends, one canvas a unit, to be
// chosen by pointer or keyboard.

const SIDE = 28;
const GAP = 2; // pixels between the pictures of one unit, transparent

const instances = new WeakMap(); // parent element -> instance

/** Read a message of `aecore.packing`: {header, arrays}; all arrays are bytes here. */
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const arrays = {};
  for (const { name, offset, shape } of header.sections) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = bytes.subarray(start + offset, start + offset + count);
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

  return (bytes) => {
    const { header, arrays } = unpack(bytes);
    root.setAttribute("aria-label", header.name);
    root.style.setProperty("--cell", `${header.cell}px`);
    if (drawn !== header.hash) {
      drawn = header.hash;
      const colours = pixelsOf(arrays.palette);
      const size = arrays.levels.length / header.units.length;
      const cells = header.units.map((unit, i) => {
        const cell = document.createElement(header.chosen === null ? "div" : "button");
        const canvas = document.createElement("canvas");
        const caption = document.createElement("span");
        if (header.chosen === null) cell.setAttribute("role", "img");
        cell.dataset.unit = unit.number;
        cell.title = unit.text;
        cell.setAttribute("aria-label", unit.text);
        cell.classList.toggle("dead", unit.dead);
        caption.textContent = unit.caption;
        draw(canvas, arrays.levels.subarray(i * size, (i + 1) * size), colours);
        cell.append(canvas, caption);
        return cell;
      });
      root.replaceChildren(...cells);
    }
    mark(header.chosen);
  };
}

export default function gallery({ data, parentElement, setTriggerValue }) {
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = { send: setTriggerValue };
    instance.update = createGallery(parentElement, (number) => instance.send("choose", number));
    instances.set(parentElement, instance);
  }
  instance.send = setTriggerValue;
  instance.update(data);
}
