// The pictures beside the map, under the pointer and pinned, and what is said of them.

import { inWords } from "../../core/digit.js";
import { build, setText } from "../../core/dom.js";
import { recall, remember } from "../../core/storage.js";
import { codeText, grayText, numbered } from "../../core/text.js";

const GRID_KEY = "aecore-grid"; // in the browser's storage: "off" where the visitor has switched it off
const SPEAK_EVERY = 700; // ms between two sentences for a screen reader
const picture = (name, title) => `
<figure ref="${name}" id="${name}"><canvas role="img" aria-label="Decoded digit"></canvas>
  <figcaption><b>${title}</b><span></span><span></span><span></span></figcaption></figure>`;
const VIEW = `
<div class="live panel">
  <div class="pictures">${picture("probe", "Under the pointer")}${picture("pin", "Pinned")}</div>
  <label ref="grid" class="switch"><input ref="box" type="checkbox" role="switch"><span>Show decoded grid</span></label>
  <p ref="spoken" class="spoken" aria-live="polite"></p>
</div>`;

/** Build the panel in an element; `scope` is that of the map. */
export function makePanel(element, scope) {
  const { root, grid, box, spoken, ...figures } = build(VIEW);
  const probe = makePicture(figures.probe);
  let timer = 0;
  scope.add(element, root);
  box.checked = recall(GRID_KEY) !== "off";
  scope.onEnd(() => clearTimeout(timer));
  return {
    probe,
    pin: makePicture(figures.pin),
    isGridWanted: () => box.checked,
    setGrid: (isShown) => (box.checked = isShown),
    onGridSwitch: (action) =>
      scope.listen(box, "change", () => {
        remember(GRID_KEY, box.checked ? "on" : "off");
        action(box.checked);
      }),
    showPin: (isShown) => (figures.pin.hidden = !isShown),
    setSpace: (isSpace) => (grid.hidden = isSpace), // there is no grid in space
    /** Say where the probe is, at most every SPEAK_EVERY ms. */
    speak() {
      timer ||= setTimeout(() => {
        timer = 0;
        spoken.textContent = `Probe: ${probe.text()}`;
        probe.label();
      }, SPEAK_EVERY);
    },
  };
}

function makePicture(figure) {
  const canvas = figure.querySelector("canvas");
  const lines = [...figure.querySelectorAll("span")];
  const text = () => lines.map((line) => line.textContent).join(", ");
  return {
    canvas,
    text,
    label: () => canvas.setAttribute("aria-label", `Decoded digit. ${text()}`),
    /** Say of a code where it is, which digit is near, and how isolated or blurred it is: see `withPlace`. */
    describe(z, { place, percentile, grayer, nearestIndex, nearestLabel }, number) {
      const digit = numbered(number ?? nearestIndex, nearestLabel);
      const off = place === "outside" || place === "between";
      const texts = {
        outside: "outside the data",
        between: inWords(`between the digits: ${grayText(grayer)}`),
        blurred: `blurred: ${grayText(grayer)}`,
        within: inWords(`more isolated than ${Math.round(percentile)}% of the test digits`),
      };
      setText(lines[0], codeText(z, z.length > 3 ? 2 : 3));
      setText(lines[1], number === null ? `nearest: ${digit}` : inWords(`test digit ${digit}`));
      setText(lines[2], texts[place]);
      lines[2].classList.toggle("off", off);
    },
  };
}
