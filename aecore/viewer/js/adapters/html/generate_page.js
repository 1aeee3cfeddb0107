// Generating digits: sliders over the code, and paths between the codes of two test digits.

import { inWords } from "../../core/digit.js";
import { build } from "../../core/dom.js";
import { codeOf } from "../../model/axes.js";
import { MOST_ROWS, pathAlongData } from "../../model/data_path.js";
import { distanceToData } from "../../model/neighbors.js";
import { resamplePath, straightPath } from "../../model/path.js";
import { rowsOf, sampleRow } from "../../model/sampling.js";
import { mountInterpolation } from "../../widgets/generate/interpolation.js";
import { mountSliders } from "../../widgets/generate/sliders.js";
import { codeToText, numbersOf } from "./state.js";
import { makeSegments } from "./controls.js";

const STEPS = 61; // codes of a path, as in aecore/latent/interpolation.py
const TASKS = ["Single code", "Interpolate"];
const VIEW = `
<section>
  <h2>Generate digits</h2>
  <p class="lead">The decoder turns <b>any</b> code into an image, not only the codes that the encoder produces. Move a slider
    and watch the digit change: far <b>outside the data</b>, where the decoder was never trained, it can be anything.</p>
  <div ref="tasks"></div>
  <div ref="sliders"></div>
  <div ref="between">
    <div ref="ends" class="bar">
      <label>From test digit no. <input ref="from" type="number" min="0" step="1"></label>
      <label>to no. <input ref="to" type="number" min="0" step="1"></label>
      <button ref="random" type="button">Two random digits</button>
    </div>
    <div ref="path"></div>
  </div>
</section>`;

/** @type {import("../html.js").Page} */
export function mountGeneratePage(element, shell) {
  const view = build(inWords(VIEW));
  element.append(view.root);
  const tasks = makeSegments(view.tasks, "Task", (task) => shell.change({ task: task === TASKS[0] ? null : "path" }));
  let opened = null;
  let revision = 0;
  let code = ""; // of the latest update or release
  let asked = ""; // the latest two ends of paths
  const sliders = mountSliders(view.sliders, shell.makeHost(view.sliders, {
    release({ z }) {
      code = codeToText(z);
      shell.note({ z: code });
    },
  }));
  const path = mountInterpolation(view.path, shell.makeHost(view.path));

  const numberOf = (input) => Math.min(Math.max(Math.round(Number(input.value) || 0), 0), opened.model.count - 1);
  for (const input of [view.from, view.to]) {
    input.addEventListener("change", () => shell.change({ from: numberOf(view.from), to: numberOf(view.to) }));
  }
  view.random.addEventListener("click", () => {
    const rows = rowsOf(opened.model, null);
    shell.change({ from: sampleRow(rows), to: sampleRow(rows) });
  });

  function showSliders({ header, arrays, model }, text) {
    const z = numbersOf(text, model.dim) ?? Array.from(codeOf(model, header.first));
    if (`${model.hash} ${codeToText(z)}` !== `${model.hash} ${code}`) revision += 1;
    code = codeToText(z);
    const settings = { ...header.sliders, revision, z, colors: shell.colors() };
    sliders.update({ header: { ...header, settings }, arrays });
  }

  async function showPath({ header, arrays, model }, { from, to } = shell.state()) {
    const [start, end] = [from ?? 0, to ?? 1].map((text) => Math.min(Number(text) || 0, model.count - 1));
    [view.from.value, view.to.value] = [start, end];
    for (const input of [view.from, view.to]) input.max = model.count - 1;
    const token = (asked = `${model.hash} ${start}-${end}`);
    const paths = [];
    const isSearchable = model.count <= MOST_ROWS;
    const add = (name, note, codes) => {
      const percentiles = codes.map((z) => distanceToData(model, z).percentile);
      paths.push({ name, title: name[0].toUpperCase() + name.slice(1), note, codes, percentiles });
      const isSearching = isSearchable && paths.length === 1;
      path.update({ header: { ...header, settings: { token, paths, isSearching, colors: shell.colors() } }, arrays });
    };
    add("straight line", "", straightPath(codeOf(model, start), codeOf(model, end), STEPS));
    if (!isSearchable) return;
    const rows = await pathAlongData(model, start, end);
    if (token !== asked) return; // another one has been asked for
    const note = rows.length > 2 ? inWords(`through ${rows.length - 2} other test digits`) : "";
    add("along the data", note, resamplePath(rows.map((row) => codeOf(model, row)), STEPS));
  }

  return (next) => {
    opened = next;
    const state = shell.state();
    const isPath = state.task === "path";
    tasks.show(TASKS, TASKS[Number(isPath)]);
    view.sliders.hidden = isPath;
    view.between.hidden = !isPath;
    if (isPath) showPath(next);
    else showSliders(next, state.z);
  };
}
