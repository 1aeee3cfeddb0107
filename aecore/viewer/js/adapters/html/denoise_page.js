// Noise on the digit, and what the models make of it.

import { build, make } from "../../core/dom.js";
import { PIXELS, meanSquare } from "../../core/digit.js";
import { NOISES, corrupt } from "../../model/noise.js";
import { decode, encode } from "../../model/network.js";
import { reconstructLinearly } from "../../model/pca.js";
import { mountImageRows } from "../../widgets/image_rows/image_rows.js";
import { rowMessage } from "./pictures.js";

const VIEW = `
<section>
  <h2>Denoise</h2>
  <p class="lead">The digit that you have drawn, else an example, corrupted, and what the models make of it. Denoising
    autoencoders were trained to return the clean digit.</p>
  <div class="bar">
    <label>Noise <select ref="kind"></select></label>
    <label>Level <input ref="level" type="range" min="0" max="1" step="0.05"></label><output ref="shown"></output>
    <button ref="again" type="button">Other noise</button>
  </div>
  <p ref="meaning" class="hint"></p>
  <div ref="rows"></div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountDenoisePage(element, shell) {
  const view = build(VIEW);
  element.append(view.root);
  const rows = mountImageRows(view.rows, shell.makeHost(view.rows));
  view.kind.append(...Object.entries(NOISES).map(([kind, { label }]) => make("option", { value: kind }, label)));
  let opened = null;
  let seed = 1;
  let calls = 0;

  const settings = () => {
    const { noise, level } = shell.state();
    const kind = noise in NOISES ? noise : opened.header.noise?.kind in NOISES ? opened.header.noise.kind : "masking";
    const asked = Number(level ?? NOISES[kind].usual);
    return { kind, level: Math.min(Math.max(asked || 0, 0), NOISES[kind].most) };
  };

  async function show() {
    const call = ++calls;
    const { kind, level } = settings();
    view.kind.value = kind;
    view.level.value = level;
    view.shown.textContent = level.toFixed(2);
    view.meaning.textContent = `Level: ${NOISES[kind].meaning}.`;
    const clean = shell.digit();
    const noisy = corrupt(clean, kind, level, seed);
    const made = [{ pixels: clean, title: "Clean" }, { pixels: noisy, title: "Corrupted" }];
    const others = shell.models.list.filter(({ name, denoises }) => denoises && name !== opened.header.name);
    for (const each of [opened, ...(await Promise.all(others.map(({ name }) => shell.models.open(name))))]) {
      made.push({ pixels: Float32Array.from(decode(each.model, encode(each.model, noisy))), title: each.header.name });
    }
    if (call !== calls) return;
    const { pca_mean: mean, pca_components: components } = opened.arrays;
    made.push({ pixels: reconstructLinearly(mean, components, noisy), title: `PCA, ${components.length / PIXELS}-D` });
    rows.update(rowMessage(
      made.map(({ pixels }) => pixels), made.map(({ title }) => title),
      made.map(({ pixels }, i) => (i ? `MSE ${meanSquare(clean, pixels).toFixed(4)}` : "")),
      { file: "denoised", note: "MSE: mean squared error to the clean digit." },
    ));
  }

  view.kind.addEventListener("change", () => shell.change({ noise: view.kind.value, level: null }));
  view.level.addEventListener("input", () => shell.change({ noise: view.kind.value, level: view.level.value }));
  view.again.addEventListener("click", () => {
    seed += 1;
    show();
  });

  return (next) => {
    opened = next;
    show();
  };
}
